import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { parse } from 'yaml';
import { bundleConsole } from './bundle-console.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** YAML imports become the parsed document, so that a bundle needs no parser. */
const yamlAsJson = {
  name: 'yaml-as-json',
  setup({ onLoad }) {
    onLoad({ filter: /\.ya?ml$/ }, async ({ path }) => ({
      contents: JSON.stringify(parse(await readFile(path, 'utf8'))),
      loader: 'json',
    }));
  },
};

/**
 * A Lambda finds its credentials in its environment. The SDK's own default would bring every other way along
 * (SSO, STS, profiles, instance metadata): a quarter of the bundle that is never used there.
 */
const environmentCredentials = {
  '@aws-sdk/credential-provider-node': join(root, 'infra/environment-credentials.js'),
};

/** Names of the Lambdas: the files of functions/. */
export async function functionNames() {
  const files = await readdir(join(root, 'functions'));
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => basename(file, '.ts'))
    .sort();
}

/**
 * Bundles Lambdas, all of them where none are named, into `outDir`/<name>.js, CommonJS (it loads about a quarter faster
 * than ES modules) and minified, with nothing left to resolve at run time, and the console into `outDir`/console for the
 * one that serves it. Returns esbuild's metafile of the Lambdas.
 */
export async function bundleFunctions(outDir = join(root, 'dist'), only = undefined) {
  const names = only ?? (await functionNames());
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: names.map((name) => join('functions', `${name}.ts`)),
    outdir: outDir,
    bundle: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
    alias: environmentCredentials,
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'warning',
    plugins: [yamlAsJson],
  });
  for (const { path, contents } of outputFiles) await writeWhole(path, contents);
  if (names.includes('serve-console')) await bundleConsole(join(outDir, 'console'));
  await writeWhole(join(outDir, 'package.json'), '{ "type": "commonjs" }\n');
  return metafile;
}

/** Beside the file, then in its place: another process may be about to load it. */
async function writeWhole(path, contents) {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.draft`;
  await writeFile(draft, contents);
  await rename(draft, path);
}
