import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { codeOf, reasonOf, StackFault } from './stack-fault.ts';

/** The folder in which one stack keeps everything. Only one stack at a time holds it. */
export interface DataFolder {
  path: string;
  /** A path below the folder; its own folder exists. */
  subfolder(name: string): string;
  /** The JSON stored under this name; undefined where there is none. */
  read<T>(name: string): T | undefined;
  /** Replaces it whole: whoever reads finds the former content or this one, never a part. */
  write(name: string, content: unknown): void;
  /** True where nothing had been kept in it when it was opened. */
  isNew: boolean;
  release(): void;
}

/**
 * Opens the folder, makes it where it is missing, and locks it. The lock is the system's, on an open file, so
 * it ends with its process, however that dies. Throws a StackFault that says what to do.
 */
export function openDataFolder(dataDir: string, { fresh = false } = {}): DataFolder {
  const path = resolve(dataDir);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const lock = lockFolder(path);
    if (fresh) for (const name of kept) rmSync(join(path, name), { recursive: true, force: true });
    const folder = folderAt(path, () => lock.close());
    folder.write('lock.json', { pid: process.pid });
    return folder;
  } catch (error) {
    throw error instanceof StackFault ? error : folderFault(path, error);
  }
}

/** What the stack keeps in its folder; `--fresh` removes these and nothing else. */
const kept = [
  'clock.json',
  'ports.json',
  'schedules.json',
  'gateway-keys.json',
  'local.json',
  'demo.json',
  'dynamodb',
  'kinesis',
  'queues',
  'mappings',
  'logs',
];

function lockFolder(path: string): DatabaseSync {
  const lock = new DatabaseSync(join(path, 'lock.db'));
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (!/locked|busy/i.test(reasonOf(error))) throw error;
    const holder = readJson<{ pid: number }>(join(path, 'lock.json'));
    const who = holder ? ` (process ${holder.pid})` : '';
    throw new StackFault(
      `Another stack${who} runs on the data folder ${path}: stop it, or give this one a folder of its own with --data-dir.`,
    );
  }
}

function folderAt(path: string, release: () => void): DataFolder {
  return {
    path,
    isNew: readJson(join(path, 'ports.json')) === undefined,
    subfolder(name) {
      mkdirSync(join(path, name), { recursive: true, mode: 0o700 });
      return join(path, name);
    },
    read: (name) => readJson(join(path, name)),
    write(name, content) {
      try {
        writeWhole(join(path, name), `${JSON.stringify(content, null, 2)}\n`);
      } catch (error) {
        throw folderFault(path, error);
      }
    },
    release,
  };
}

function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new StackFault(`${file} cannot be read (${reasonOf(error)}): mend it, or start anew with --fresh.`);
  }
}

function writeWhole(file: string, text: string): void {
  const draft = `${file}.${process.pid}.draft`;
  const handle = openSync(draft, 'w', 0o600);
  try {
    // All of it or an error: a disk that is nearly full takes a part and says so only at the next write.
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(draft, file);
}

/** Says what is wrong with the data folder in words that lead on. */
export function folderFault(path: string, error: unknown): StackFault {
  const sentences: Record<string, string> = {
    ENOSPC: `The disk that holds the data folder ${path} is full: free some space, or choose another folder with --data-dir.`,
    EDQUOT: `The disk quota for the data folder ${path} is used up: free some space, or choose another folder with --data-dir.`,
    EACCES: `The data folder ${path} cannot be written: change its permissions, or choose another folder with --data-dir.`,
    EROFS: `The data folder ${path} is on a read-only file system: choose another folder with --data-dir.`,
    ENOTDIR: `The data folder ${path} lies below something that is no folder: choose another with --data-dir.`,
    EEXIST: `${path} is a file, not a folder: choose another data folder with --data-dir.`,
  };
  sentences.EPERM = sentences.EACCES as string;
  const byText = /full/i.test(reasonOf(error))
    ? 'ENOSPC'
    : /readonly|unable to open/i.test(reasonOf(error))
      ? 'EACCES'
      : '';
  const sentence = sentences[codeOf(error) ?? ''] ?? sentences[byText];
  return new StackFault(sentence ?? `The data folder ${path} cannot be used: ${reasonOf(error)}.`, {
    cause: error,
  });
}
