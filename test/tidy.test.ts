import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

/** Style is a test: what the house rules forbid is found here, with the file and the line. */

const root = new URL('..', import.meta.url).pathname;
/** The folders of the product: whatever stands at the top and is not made by a tool. */
const rooms = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !/^(\.|node_modules$|dist$|coverage$)/.test(entry.name))
  .map((entry) => entry.name);
const shipped = ['functions', 'domain', 'events', 'infra'];

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length));
}

const isCode = (file: string): boolean => /\.(ts|js|cjs|mjs)$/.test(file) && !file.endsWith('.d.ts');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const code = rooms.flatMap(filesBelow).filter(isCode);
const shippedCode = code.filter((file) => shipped.some((room) => file.startsWith(`${room}/`)));
const functionFiles = filesBelow('functions').filter(isCode);
const functionNames = functionFiles.map((file) => basename(file, '.ts'));

/** `file:line: text` for every line of these files that a pattern finds outside comments. */
function linesWith(pattern: RegExp, files: string[], homes: string[] = []): string[] {
  return files
    .filter((file) => !homes.some((home) => file.startsWith(home)))
    .flatMap((file) =>
      read(file)
        .split('\n')
        .map((line, index) => ({ line, at: `${file}:${index + 1}` }))
        .filter(({ line }) => !/^\s*(\*|\/\/|\/\*)/.test(line) && pattern.test(line))
        .map(({ line, at }) => `${at}: ${line.trim()}`),
    );
}

describe('what decides knows no clock, no chance and no environment', () => {
  it('reads the clock only in its home', () => {
    expect(linesWith(/Date\.now\(|new Date\(\)|performance\.now\(/, shippedCode, ['infra/clock.ts'])).toEqual(
      [],
    );
  });

  it('draws lots only where randomness is handed in', () => {
    expect(
      linesWith(/Math\.random|randomBytes\(|randomUUID\(|getRandomValues/, shippedCode, ['infra/random.ts']),
    ).toEqual([]);
  });

  it('reads the environment only in its home', () => {
    expect(linesWith(/process\.env/, shippedCode, ['infra/config.ts', 'infra/deployment/'])).toEqual([]);
  });
});

describe('sizes', () => {
  it.each([
    { what: 'a handler', files: functionFiles, lines: 80 },
    { what: 'a file', files: code.filter((file) => !file.startsWith('test/')), lines: 250 },
  ])('$what has at most $lines lines', ({ files, lines }) => {
    const tooLong = files.filter((file) => read(file).trimEnd().split('\n').length > lines);
    expect(tooLong).toEqual([]);
  });

  it('a line fits the screen', () => {
    expect(linesWith(/^.{141,}$/, shippedCode)).toEqual([]);
  });
});

describe('names', () => {
  it('are kebab-case, and none is a drawer for anything', () => {
    const drawers = /(^|\/)(utils?|helpers?|common|services?|types|misc|shared|index)(\/|\.[a-z]+$)/;
    const names = code.map((file) => file.split('/').slice(1).join('/'));
    expect(names.filter((name) => drawers.test(name))).toEqual([]);
    expect(names.filter((name) => /[A-Z_]/.test(name))).toEqual([]);
  });
});

describe('promises', () => {
  it('nothing is put off, left out or run alone', () => {
    const putOff = /\b(TODO|FIXME|XXX)\b|\bfor now\b/;
    expect(linesWith(putOff, code, ['test/tidy.test.ts'])).toEqual([]);
    expect(linesWith(/\b(it|test|describe)\.(only|skip|todo)\b/, code)).toEqual([]);
  });

  it('tests never sleep', () => {
    const tests = code.filter((file) => file.startsWith('test/'));
    expect(
      linesWith(/setTimeout\(|timers\/promises|\bsleep\(/, tests, [
        'test/tidy.test.ts',
        'test/stack/support/eventually.ts',
      ]),
    ).toEqual([]);
  });

  it('the lock file names no host', () => {
    expect(read('package-lock.json')).not.toMatch(/"resolved":/);
  });

  it('versions are exact', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json'));
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^(npm:[a-z]+@)?\d+\.\d+\.\d+(-[a-z0-9.-]+)?$/.test(String(version)),
    );
    expect(loose).toEqual([]);
  });
});

describe('one Lambda, one file, one name', () => {
  const declared = Object.keys(parse(read('serverless.yml'), { logLevel: 'error' }).functions);

  it('stands in serverless.yml under the name of its file', () => {
    expect(declared.toSorted()).toEqual(functionNames.toSorted());
  });

  it.each(functionNames)('%s has a sample, a test and a place in the architecture', (name) => {
    expect(statSync(join(root, 'events/samples', `${name}.json`)).isFile()).toBe(true);
    expect(filesBelow('test/functions')).toContain(`test/functions/${name}.test.ts`);
    expect(read('docs/architecture.md')).toContain(name);
  });
});

describe('README', () => {
  it('lists the folders that there are', () => {
    const listed = [...read('README.md').matchAll(/^\| `([a-z]+)\/`/gm)].map((match) => match[1]);
    expect(listed.toSorted()).toEqual(rooms.toSorted());
  });

  it('links to files that exist', () => {
    const targets = [...read('README.md').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
      (match) => match[1] as string,
    );
    const missing = targets.filter((target) => !statSync(join(root, target), { throwIfNoEntry: false }));
    expect(missing).toEqual([]);
  });
});
