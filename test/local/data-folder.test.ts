import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { folderFault, openDataFolder } from '../../local/data-folder.ts';

const emptyFolder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'tidegate-test-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
};

describe('a data folder', () => {
  it('is held by one at a time, and given back', () => {
    const path = emptyFolder();
    const first = openDataFolder(path);
    expect(() => openDataFolder(path)).toThrow(
      `Another stack (process ${process.pid}) runs on the data folder ${path}`,
    );
    first.release();
    openDataFolder(path).release();
  });

  it('is made with its parents, and refused where none can be', () => {
    const path = join(emptyFolder(), 'a', 'b', 'c');
    openDataFolder(path).release();
    openDataFolder(path).release();
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(() => openDataFolder('/proc/nowhere/below')).toThrow(
      /The data folder \/proc\/nowhere\/below cannot be/,
    );
  });

  it('replaces what it keeps whole, readable to nobody else', () => {
    const folder = openDataFolder(emptyFolder());
    onTestFinished(folder.release);
    expect(folder.read('local.json')).toBeUndefined();
    folder.write('local.json', { keys: ['a'] });
    folder.write('local.json', { keys: ['b'] });
    expect(folder.read('local.json')).toEqual({ keys: ['b'] });
    const file = join(folder.path, 'local.json');
    expect(readFileSync(file, 'utf8')).toMatch(/\n$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['ENOSPC', /is full: free some space/],
    ['EDQUOT', /quota .* is used up/],
    ['EACCES', /cannot be written: change its permissions/],
    ['EPERM', /cannot be written: change its permissions/],
    ['EROFS', /read-only file system: choose another folder with --data-dir/],
    ['EIO', /cannot be used: i\/o error/],
  ])('says what to do on %s', (code, said) => {
    expect(folderFault('/data', Object.assign(new Error('i/o error'), { code })).message).toMatch(said);
  });

  it.each([
    ['database or disk is full', /is full/],
    ['attempt to write a readonly database', /cannot be written/],
    ['IO error: dynamodb/000003.log: No space left on device', /is full/],
    ['IO error: dynamodb/000003.log: File too large', /may not grow any further/],
    ['IO error: dynamodb/000003.log: Read-only file system', /is on a read-only file system/],
    ['unable to open database file', /cannot be written/],
  ])('understands the lock’s %s', (message, said) => {
    expect(
      folderFault('/data', Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR' })).message,
    ).toMatch(said);
  });
});
