import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
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
    makeFolder(path);
    const lock = lockFolder(path);
    if (fresh) for (const name of kept) rmSync(join(path, name), { recursive: true, force: true });
    const folder = folderAt(path, () => lock.close());
    folder.write('lock.json', { pid: process.pid });
    return folder;
  } catch (error) {
    throw error instanceof StackFault ? error : folderFault(path, error);
  }
}

/** With its parents. Not by `recursive`: where a file system refuses a name with ENOENT, Node would try for ever. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const isMissing = codeOf(error) === 'ENOENT' && !existsSync(dirname(path));
    if (isMissing) {
      makeFolder(dirname(path));
      mkdirSync(path, { mode: 0o700 });
    } else if (codeOf(error) !== 'EEXIST' || !statSync(path).isDirectory()) throw error;
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
export const folderFault = (path: string, error: unknown): StackFault =>
  knownFolderFault(path, error) ??
  new StackFault(`The data folder ${path} cannot be used: ${reasonOf(error)}.`, { cause: error });

/** The same where the error is one of the folder's disk and rights; undefined where it is any other. */
export function knownFolderFault(path: string, error: unknown): StackFault | undefined {
  const sentences: Record<string, string> = {
    ENOSPC: `The disk that holds the data folder ${path} is full: free some space, or choose another folder with --data-dir.`,
    EDQUOT: `The disk quota for the data folder ${path} is used up: free some space, or choose another folder with --data-dir.`,
    EFBIG: `A file in the data folder ${path} may not grow any further: raise the limit on the size of files (ulimit -f).`,
    EACCES: `The data folder ${path} cannot be written: change its permissions, or choose another folder with --data-dir.`,
    EROFS: `The data folder ${path} is on a read-only file system: choose another folder with --data-dir.`,
    ENOENT: `The data folder ${path} cannot be made there: choose another with --data-dir.`,
    ENOTDIR: `The data folder ${path} lies below something that is no folder: choose another with --data-dir.`,
    EEXIST: `${path} is a file, not a folder: choose another data folder with --data-dir.`,
  };
  sentences.EPERM = sentences.EACCES as string;
  const [byText = ''] = codesByText.find(([, text]) => text.test(reasonOf(error))) ?? [];
  const sentence = sentences[codeOf(error) ?? ''] ?? sentences[byText];
  return sentence === undefined ? undefined : new StackFault(sentence, { cause: error });
}

/** Databases tell in words of their own, or the system's, what has happened to their files. */
const codesByText: [code: string, text: RegExp][] = [
  ['ENOSPC', /disk is full|no space left/i],
  ['EDQUOT', /quota exceeded/i],
  ['EFBIG', /file too large/i],
  ['EACCES', /readonly|unable to open/i],
  ['EROFS', /read-only file system/i],
];
