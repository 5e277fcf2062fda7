import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from './support/packaged-stack.ts';

const run = promisify(execFile);
const config = join(root, '.dependency-cruiser.cjs');
const { forbidden } = createRequire(import.meta.url)(config) as {
  forbidden: { name: string; comment: string }[];
};
const rooms = ['functions', 'domain', 'events', 'infra', 'local', 'commands', 'bench'];

interface Cruise {
  modules: { source: string; couldNotResolve?: boolean }[];
  violations: { rule: { name: string }; from: string }[];
}

async function cruise(folder: string, paths: string[]): Promise<Cruise> {
  const tool = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const args = [tool, '--config', config, '--output-type', 'json', ...paths];
  const { stdout } = await run(process.execPath, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
  const { modules, summary } = JSON.parse(stdout);
  return { modules, violations: summary.violations };
}

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** The rules that a tree of these files breaks. */
async function brokenBy(files: Record<string, string>): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-imports-'));
  folders.push(folder);
  const all = { ...files, 'tsconfig.json': '{}', 'package.json': '{ "type": "module" }' };
  for (const [path, content] of Object.entries(all)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  const top = [...new Set(Object.keys(files).map((path) => path.split('/')[0] as string))];
  const { violations } = await cruise(folder, top);
  return [...new Set(violations.map(({ rule }) => rule.name))].toSorted();
}

describe('the import rule', () => {
  it('reads every source', async () => {
    const isCode = (file: string) => /\.(ts|js|cjs|mjs)$/.test(file);
    const files = await Promise.all(
      rooms.map(async (room) =>
        (await readdir(join(root, room), { recursive: true }))
          .filter(isCode)
          .map((file) => `${room}/${file}`),
      ),
    );
    const { modules } = await cruise(root, rooms);
    const read = modules.filter(({ couldNotResolve }) => !couldNotResolve).map(({ source }) => source);
    const own = read.filter((source) => isCode(source) && rooms.includes(source.split('/')[0] as string));
    expect(own.toSorted()).toEqual(files.flat().toSorted());
  });

  it('holds', async () => {
    const { violations } = await cruise(root, rooms);
    expect(violations.map(({ rule, from }) => `${rule.name}: ${from}`)).toEqual([]);
  });

  it('gives each of its rules a reason', () => {
    for (const { name, comment } of forbidden) expect(comment, name).toMatch(/\.$/);
  });

  const other = "export const other = '';\n";
  const broken: { rule: string; files: Record<string, string> }[] = [
    { rule: 'domain-alone', files: { 'domain/a.ts': "import '../events/b.ts';\n", 'events/b.ts': other } },
    { rule: 'domain-alone', files: { 'domain/a.ts': "import 'node:fs';\n" } },
    { rule: 'events-on-domain', files: { 'events/a.ts': "import '../infra/b.ts';\n", 'infra/b.ts': other } },
    {
      rule: 'infra-below-functions',
      files: { 'infra/a.ts': "import '../functions/b.ts';\n", 'functions/b.ts': other },
    },
    { rule: 'functions-apart', files: { 'functions/a.ts': "import './b.ts';\n", 'functions/b.ts': other } },
    {
      rule: 'shipped-stands-alone',
      files: { 'infra/a.ts': "import '../local/b.ts';\n", 'local/b.ts': other },
    },
    { rule: 'tests-apart', files: { 'local/a.ts': "import '../test/b.ts';\n", 'test/b.ts': other } },
    { rule: 'no-cycle', files: { 'local/a.ts': "import './b.ts';\n", 'local/b.ts': "import './a.ts';\n" } },
    { rule: 'no-unresolvable', files: { 'local/a.ts': "import './gone.ts';\n" } },
    {
      rule: 'domain-alone',
      files: {
        'domain/a.ts': "import type { B } from '../infra/b.ts';\nexport type A = B;\n",
        'infra/b.ts': 'export type B = 1;\n',
      },
    },
  ];

  it.each(broken)('$rule finds $files', async ({ rule, files }) => {
    expect(await brokenBy(files)).toContain(rule);
  });

  it('lets through what may be', async () => {
    const files = {
      'functions/a.ts': "import '../infra/b.ts';\nimport '../events/c.ts';\n",
      'infra/b.ts': "import '../events/c.ts';\nimport '../domain/d.ts';\nimport 'node:fs';\n",
      'events/c.ts': "import '../domain/d.ts';\n",
      'domain/d.ts': "import './e.ts';\n",
      'domain/e.ts': other,
      'local/f.ts': "import '../functions/a.ts';\n",
    };
    expect(await brokenBy(files)).toEqual([]);
  });
});
