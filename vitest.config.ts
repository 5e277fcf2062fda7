import { defineConfig } from 'vitest/config';
import { parse } from 'yaml';

/** YAML imports become the parsed document, as the bundler makes them. */
const yamlAsJson = {
  name: 'yaml-as-json',
  transform: (code: string, id: string) =>
    /\.ya?ml$/.test(id) ? `export default ${JSON.stringify(parse(code))};` : undefined,
};

const project = (name: string, include: string[], options: object = {}) => ({
  plugins: [yamlAsJson],
  test: { name, include, ...options },
});

/** Whatever is waited for may be slow on a busy machine: a hang is what these bounds are for. */
const patient = { expect: { poll: { timeout: 120_000 } } };
const quick = { ...patient, testTimeout: 240_000, hookTimeout: 240_000 };
const slow = { ...patient, testTimeout: 900_000, hookTimeout: 900_000 };
/** Two at a time: a stack waits as much as it computes, and takes a GiB. After the quick ones. */
const stacks = { ...slow, maxWorkers: 2, sequence: { groupOrder: 1 } };

/**
 * Four projects, by what a test needs: `unit` needs nothing, `stack` starts emulators or the whole local stack,
 * `package` runs the deployment tool, `browser` needs Chromium. `npm test` runs the first three, `npm run check` only
 * `unit`, `npm run test:browser` the last.
 */
export default defineConfig({
  test: {
    projects: [
      project(
        'unit',
        ['test/{domain,events,infra,functions,local,commands,console,bench}/**/*.test.ts', 'test/*.test.ts'],
        quick,
      ),
      project('stack', ['test/stack/**/*.test.ts'], stacks),
      project('package', ['test/package/**/*.test.ts'], stacks),
      project('browser', ['test/browser/**/*.test.ts'], {
        ...slow,
        fileParallelism: false,
        globalSetup: './test/browser/start-world.ts',
      }),
    ],
  },
});
