import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a shard is to be read from; `drained`: it is closed and all of it is done. */
export type Position =
  | { kind: 'at'; sequenceNumber: string }
  | { kind: 'after'; sequenceNumber: string }
  | { kind: 'time'; ms: number }
  | { kind: 'trim-horizon' }
  | { kind: 'drained' };

/** The memory of a mapping, a small file a shard. */
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

/** Beside the file, then in its place, so that a kill leaves the one or the other. */
function replaceFile(path: string, content: unknown): void {
  writeFileSync(`${path}.new`, JSON.stringify(content));
  renameSync(`${path}.new`, path);
}

export function openCheckpoints(directory: string): Checkpoints {
  mkdirSync(directory, { recursive: true });
  const identityPath = join(directory, identityFile);
  const known = existsSync(identityPath) ? JSON.parse(readFileSync(identityPath, 'utf8')) : undefined;
  const mappingId: string = known?.mappingId ?? randomUUID();
  let fresh = !known?.begun;
  if (!known) replaceFile(identityPath, { mappingId });
  const pathOf = (shardId: string): string => join(directory, `${shardId}.json`);
  const saved = new Map<string, string>();

  return {
    mappingId,
    load(shardId) {
      const path = pathOf(shardId);
      return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
    },
    save(shardId, position) {
      const text = JSON.stringify(position);
      if (saved.get(shardId) === text) return;
      replaceFile(pathOf(shardId), position);
      saved.set(shardId, text);
    },
    isNew: () => fresh,
    begun() {
      if (!fresh) return;
      replaceFile(identityPath, { mappingId, begun: true });
      fresh = false;
    },
  };
}
