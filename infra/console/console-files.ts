import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** A file of the bundled console, in memory. All of them are text. */
export interface ConsoleFile {
  contentType: string;
  text: string;
  gzip: Buffer;
  /** Weak: the bytes differ with their encoding. */
  etag: string;
  /** Its name says its content: it never changes. */
  isImmutable: boolean;
}

/** The console's files by their path below /console/. */
export type ConsoleFiles = ReadonlyMap<string, ConsoleFile>;

const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Reads what `bundleConsole` wrote. Throws where it is not there. */
export function readConsoleFiles(folder: string): ConsoleFiles {
  const paths = ['index.html', ...readdirSync(join(folder, 'assets')).map((name) => `assets/${name}`)];
  return new Map(
    paths
      .filter((path) => !path.endsWith('.gz'))
      .map((path) => {
        const text = readFileSync(join(folder, path), 'utf8');
        const file: ConsoleFile = {
          contentType: contentTypes[extname(path)] ?? 'application/octet-stream',
          text,
          gzip: readFileSync(join(folder, `${path}.gz`)),
          etag: `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`,
          isImmutable: path.startsWith('assets/'),
        };
        return [path, file];
      }),
  );
}
