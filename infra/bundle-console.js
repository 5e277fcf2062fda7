import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Browsers of the last years: all of these have what the console calls. */
const browsers = ['chrome120', 'firefox125', 'safari17.4'];

/**
 * Bundles the console into `outDir`: `index.html` and, below `assets/`, what it loads, named by a hash of the content
 * so that it may be cached for ever. Each file has its gzip beside it. Returns esbuild's metafile.
 */
export async function bundleConsole(outDir) {
  await rm(outDir, { recursive: true, force: true });
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: {
      console: 'console/main.tsx',
      boot: 'console/boot.ts',
      style: 'console/style/style.css',
      icon: 'console/icon.svg',
    },
    outdir: join(outDir, 'assets'),
    entryNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    loader: { '.svg': 'copy' },
    bundle: true,
    minify: true,
    platform: 'browser',
    target: browsers,
    format: 'esm',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    metafile: true,
    write: true,
    logLevel: 'warning',
  }).then(async (result) => ({ ...result, outputFiles: Object.keys(result.metafile.outputs) }));
  const names = Object.fromEntries(
    outputFiles.map((file) => [basename(file).replace(/-[A-Z0-9]{8}(?=\.)/, ''), basename(file)]),
  );
  const page = (await readFile(join(root, 'console/index.html'), 'utf8'))
    .replace(/\{\{([a-z.]+)\}\}/g, (_, name) => `assets/${names[name]}`)
    // No text between tags: the script takes over the elements as they are.
    .replace(/\s*\n\s*/g, '');
  await writeFile(join(outDir, 'index.html'), page);
  for (const file of ['index.html', ...Object.values(names).map((name) => `assets/${name}`)]) {
    await writeFile(join(outDir, `${file}.gz`), gzipSync(await readFile(join(outDir, file)), { level: 9 }));
  }
  return metafile;
}
