import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openCheckpoints, type Position } from '../../../local/mappings/checkpoints.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'checkpoints-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const shard = 'shardId-000000000000';
const fileOfShard = () => join(directory, `${shard}.json`);
const at = (number: number): Position => ({ kind: 'at', sequenceNumber: String(number) });

it('knows after a restart where each shard was left', () => {
  const first = openCheckpoints(directory);
  first.begun();
  for (let number = 0; number < 2_500; number++) first.save(shard, at(number));
  first.save('shardId-000000000001', { kind: 'drained' });
  const second = openCheckpoints(directory);
  expect(second.mappingId).toBe(first.mappingId);
  expect(second.isNew()).toBe(false);
  expect(second.load(shard)).toEqual(at(2_499));
  expect(second.load('shardId-000000000001')).toEqual({ kind: 'drained' });
  expect(second.load('shardId-000000000002')).toBeUndefined();
});

it('does not grow for ever', () => {
  const checkpoints = openCheckpoints(directory);
  for (let number = 0; number < 5_000; number++) checkpoints.save(shard, at(number));
  expect(readFileSync(fileOfShard(), 'utf8').split('\n').length).toBeLessThanOrEqual(1_000);
});

it('goes on from the last whole line where one was cut off, and writes on behind it', () => {
  const first = openCheckpoints(directory);
  first.save(shard, at(1));
  first.save(shard, at(2));
  const line = '\n{"kind":"at","sequenceNumber":"3"}';
  for (let length = 0; length < line.length; length++) {
    writeFileSync(fileOfShard(), '{"kind":"at","sequenceNumber":"2"}');
    appendFileSync(fileOfShard(), line.slice(0, length));
    expect(openCheckpoints(directory).load(shard)).toEqual(at(2));
    first.save(shard, at(4 + length));
    expect(openCheckpoints(directory).load(shard)).toEqual(at(4 + length));
  }
});
