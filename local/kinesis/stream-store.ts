import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { invalidRequest, KinesisError, notFound } from './kinesis-error.ts';
import { openStream, type Stream } from './stream.ts';
import type { StreamState } from './stream-state.ts';

/** The streams of one data folder. */
export interface StreamStore {
  arnOf(name: string): string;
  /** The stream that a request names, by StreamName or StreamARN. */
  find(input: { StreamName?: unknown; StreamARN?: unknown }): Stream;
  create(state: StreamState): void;
  remove(name: string): void;
  /** Names in order. */
  names(): string[];
  byName(name: string): Stream | undefined;
  trim(now: number): void;
  close(): void;
}

export interface StoreOptions {
  dataDir: string;
  region: string;
  accountId: string;
  segmentBytesMax: number;
}

/** Opens the folder, made where it is not there, with every stream in it. */
export function openStreamStore({ dataDir, region, accountId, segmentBytesMax }: StoreOptions): StreamStore {
  const directoryOf = (name: string): string => join(dataDir, name);
  mkdirSync(dataDir, { recursive: true });
  const streams = new Map<string, Stream>(
    readdirSync(dataDir)
      .filter((name) => existsSync(join(directoryOf(name), 'stream.json')))
      .map((name) => [name, openStream(directoryOf(name), segmentBytesMax)]),
  );
  const prefix = `arn:aws:kinesis:${region}:${accountId}:stream/`;

  const nameOf = ({ StreamName, StreamARN }: { StreamName?: unknown; StreamARN?: unknown }): string => {
    if (typeof StreamName === 'string') return StreamName;
    if (typeof StreamARN === 'string') return StreamARN.slice(StreamARN.indexOf('/') + 1);
    throw invalidRequest('StreamName or StreamARN must be given, as text');
  };

  return {
    arnOf: (name) => prefix + name,
    find(input) {
      const name = nameOf(input);
      const stream = streams.get(name);
      if (!stream) throw notFound(`Stream ${name} under account ${accountId} not found.`);
      return stream;
    },
    create(state) {
      if (streams.has(state.name)) {
        throw new KinesisError(
          'ResourceInUseException',
          `Stream ${state.name} under account ${accountId} already exists.`,
        );
      }
      streams.set(state.name, openStream(directoryOf(state.name), segmentBytesMax, state));
    },
    remove(name) {
      streams.get(name)?.remove();
      streams.delete(name);
    },
    names: () => [...streams.keys()].toSorted(),
    byName: (name) => streams.get(name),
    trim(now) {
      for (const stream of streams.values()) stream.trim(now);
    },
    close() {
      for (const stream of streams.values()) stream.close();
    },
  };
}
