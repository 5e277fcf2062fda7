import type { KinesisStreamRecord } from 'aws-lambda';
import type { StreamRecord } from '../../../../events/stream-record.ts';
import type { Lots } from './lots.ts';

/** Hash keys of the stream are 0 to 63 here. */
const hashKeys = 64;

/** One shard: an ordered log over a range of hash keys, which ends when the shard is split or merged. */
export class Shard {
  readonly shardId: string;
  readonly from: number;
  readonly to: number;
  readonly parents: readonly Shard[];
  readonly records: KinesisStreamRecord[] = [];
  isClosed = false;
  isDrained = false;
  #wake: () => void = () => {};

  constructor(number: number, range: { from: number; to: number }, parents: readonly Shard[]) {
    this.shardId = `shardId-${String(number).padStart(12, '0')}`;
    this.from = range.from;
    this.to = range.to;
    this.parents = parents;
  }

  /** Resolves when something happens to the shard. */
  changed(): Promise<void> {
    const before = this.#wake;
    return new Promise((wake) => {
      this.#wake = () => {
        before();
        wake();
      };
    });
  }

  wake(): void {
    const wake = this.#wake;
    this.#wake = () => {};
    wake();
  }
}

/** A stream whose shards split and merge. */
export class SimulatedStream {
  readonly shards: Shard[] = [];
  readonly #onShard: (shard: Shard) => void;
  #sequence = 0;

  constructor(onShard: (shard: Shard) => void) {
    this.#onShard = onShard;
    this.#open({ from: 0, to: hashKeys / 2 }, []);
    this.#open({ from: hashKeys / 2, to: hashKeys }, []);
  }

  /** Answers the record's sequence number. */
  append({ partitionKey, data }: Pick<StreamRecord, 'partitionKey' | 'data'>, now: number): string {
    const hashKey = hashKeyOf(partitionKey);
    const shard = this.#openShards().find(({ from, to }) => hashKey >= from && hashKey < to) as Shard;
    this.#sequence += 1;
    const sequenceNumber = String(this.#sequence).padStart(56, '0');
    shard.records.push({
      awsRegion: 'eu-central-1',
      eventID: `${shard.shardId}:${sequenceNumber}`,
      eventName: 'aws:kinesis:record',
      eventSource: 'aws:kinesis',
      eventSourceARN: 'arn:aws:kinesis:eu-central-1:000000000000:stream/events',
      eventVersion: '1.0',
      invokeIdentityArn: 'arn:aws:iam::000000000000:role/record-usage',
      kinesis: {
        approximateArrivalTimestamp: now / 1000,
        data: Buffer.from(data).toString('base64'),
        kinesisSchemaVersion: '1.0',
        partitionKey,
        sequenceNumber,
      },
    });
    shard.wake();
    return sequenceNumber;
  }

  /** Splits a shard in two, or merges two neighbours. */
  reshard(lots: Lots): void {
    const open = this.#openShards().toSorted((one, other) => one.from - other.from);
    const index = lots.int(0, open.length - 1);
    const shard = open[index] as Shard;
    const neighbour = open[index + 1];
    if (neighbour && lots.chance(0.5)) {
      this.#close(shard, neighbour);
      this.#open({ from: shard.from, to: neighbour.to }, [shard, neighbour]);
    } else if (shard.to - shard.from > 1) {
      const middle = lots.int(shard.from + 1, shard.to - 1);
      this.#close(shard);
      this.#open({ from: shard.from, to: middle }, [shard]);
      this.#open({ from: middle, to: shard.to }, [shard]);
    }
  }

  /** Nothing more will come. */
  close(): void {
    this.#close(...this.#openShards());
  }

  #openShards(): Shard[] {
    return this.shards.filter(({ isClosed }) => !isClosed);
  }

  #open(range: { from: number; to: number }, parents: readonly Shard[]): void {
    const shard = new Shard(this.shards.length, range, parents);
    this.shards.push(shard);
    this.#onShard(shard);
  }

  #close(...shards: Shard[]): void {
    for (const shard of shards) {
      shard.isClosed = true;
      shard.wake();
    }
  }
}

function hashKeyOf(partitionKey: string): number {
  let hash = 7;
  for (const character of partitionKey) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0;
  return hash % hashKeys;
}
