import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a shard is to be read from; `drained`: it is closed and all of it is done. */
export type Position =
  | { kind: 'at'; sequenceNumber: string }
  | { kind: 'after'; sequenceNumber: string }
  | { kind: 'time'; ms: number }
  | { kind: 'trim-horizon' }
  | { kind: 'drained' };

/** The memory of a mapping, a file a shard. */
export interface Checkpoints {
  /** Its UUID, made at its first start. */
  mappingId: string;
  load(shardId: string): Position | undefined;
  /** Once it returns, a restart goes on from there. */
  save(shardId: string, position: Position): void;
  /** True until `begun`: no shard has been given its starting position yet. */
  isNew(): boolean;
  begun(): void;
}

const identityFile = 'mapping.json';
/** A file of more lines than these is begun anew. */
const linesMax = 1_000;

/** Beside the file, then in its place, so that a kill leaves the one or the other. */
function replaceFile(path: string, content: unknown): void {
  writeFileSync(`${path}.new`, JSON.stringify(content));
  renameSync(`${path}.new`, path);
}

/**
 * The last whole line. Lines are appended, since to replace a file for every batch waits for the disk ten times as long;
 * each begins with the line break, so that what a kill or a full disk has cut off spoils no line but its own.
 */
function lastPosition(path: string): Position | undefined {
  if (!existsSync(path)) return undefined;
  for (const line of readFileSync(path, 'utf8').split('\n').toReversed()) {
    try {
      if (line) return JSON.parse(line);
    } catch {
      // Cut off: the one before it holds.
    }
  }
  return undefined;
}

export function openCheckpoints(directory: string): Checkpoints {
  mkdirSync(directory, { recursive: true });
  const identityPath = join(directory, identityFile);
  const known = existsSync(identityPath) ? JSON.parse(readFileSync(identityPath, 'utf8')) : undefined;
  const mappingId: string = known?.mappingId ?? randomUUID();
  let fresh = !known?.begun;
  if (!known) replaceFile(identityPath, { mappingId });
  const pathOf = (shardId: string): string => join(directory, `${shardId}.json`);
  const saved = new Map<string, { text: string; lines: number }>();

  return {
    mappingId,
    load: (shardId) => lastPosition(pathOf(shardId)),
    save(shardId, position) {
      const text = JSON.stringify(position);
      const last = saved.get(shardId);
      if (last?.text === text) return;
      const isBegun = last !== undefined && last.lines < linesMax;
      if (isBegun) appendFileSync(pathOf(shardId), `\n${text}`);
      else replaceFile(pathOf(shardId), position);
      saved.set(shardId, { text, lines: isBegun ? last.lines + 1 : 1 });
    },
    isNew: () => fresh,
    begun() {
      if (!fresh) return;
      replaceFile(identityPath, { mappingId, begun: true });
      fresh = false;
    },
  };
}
