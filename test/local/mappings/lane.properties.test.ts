import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { BatchOutcome } from '../../../local/mappings/invocation.ts';
import {
  decide,
  dropped,
  emptyLane,
  firstUnfinished,
  type GivenUp,
  type LaneRecord,
  offered,
  settled,
} from '../../../local/mappings/lane.ts';
import { type StreamSettings, streamSettings } from '../../../local/mappings/mapping-settings.ts';

/** Whatever the function answers, nothing is lost, nothing overtakes, and poison is alone in the destination. */

interface Played {
  /** Places of the records, in the order in which they were done with. */
  finished: number[];
  processed: Set<number>;
  givenUp: GivenUp<LaneRecord>[];
  batches: number[][];
}

const placeOf = (record: LaneRecord): number => Number(record.sequenceNumber);
const records = (count: number, bytes: number, now: number): LaneRecord[] =>
  Array.from({ length: count }, (_, i) => ({
    sequenceNumber: String(i).padStart(56, '0'),
    arrivedAt: 0,
    readAt: now,
    bytes,
  }));

const stepsMax = 20_000;

/** Plays one lane until it is idle; `arrivals` says how many records come at each turn. */
function play(
  settings: StreamSettings,
  all: LaneRecord[],
  arrivals: number[],
  answer: (places: number[]) => BatchOutcome,
): Played {
  const played: Played = { finished: [], processed: new Set(), givenUp: [], batches: [] };
  let lane = emptyLane<LaneRecord>();
  let now = 0;
  let given = 0;
  for (let turn = 0; turn < stepsMax; turn += 1) {
    const come = Math.max(0, arrivals[turn] ?? all.length);
    const next = all.slice(given, given + come).map((record) => ({ ...record, readAt: now }));
    given += next.length;
    lane = offered(lane, next);
    const decided = decide(lane, settings, now);
    lane = decided.lane;
    const { step } = decided;
    if (step.kind === 'idle' && given === all.length) return played;
    if (step.kind === 'wait') now = step.until;
    if (step.kind === 'invoke') {
      const places = step.batch.records.map(placeOf);
      played.batches.push(places);
      const outcome = answer(places);
      const done =
        outcome.kind === 'done'
          ? places
          : outcome.kind === 'items-failed'
            ? places.slice(0, outcome.indexes[0])
            : [];
      for (const place of done) played.processed.add(place);
      played.finished.push(...done);
      lane = settled(lane, outcome, settings, now);
    }
    if (step.kind === 'give-up') {
      played.givenUp.push(step.givenUp);
      played.finished.push(...step.givenUp.records.map(placeOf));
      lane = dropped(lane, step.givenUp.records.length);
    }
    const first = firstUnfinished(lane);
    if (first) expect(played.finished).toHaveLength(placeOf(first));
  }
  throw new Error('the lane never came to rest');
}

const settingsOf = fc
  .record({
    BatchSize: fc.integer({ min: 1, max: 12 }),
    MaximumBatchingWindowInSeconds: fc.integer({ min: 0, max: 3 }),
    BisectBatchOnFunctionError: fc.boolean(),
    MaximumRetryAttempts: fc.integer({ min: 0, max: 4 }),
    MaximumRecordAgeInSeconds: fc.constantFrom(-1, 60, 604_800),
  })
  .map((properties) =>
    streamSettings({
      EventSourceArn: 'arn:aws:kinesis:eu-central-1:000000000000:stream/usage',
      FunctionName: 'record-usage',
      StartingPosition: 'TRIM_HORIZON',
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ...properties,
    }),
  );

const arrivals = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 30 });
/** What the function answers, drawn by call: a kind and a place in the batch. */
const answers = fc.array(
  fc.tuple(fc.constantFrom('done', 'failed', 'items-failed', 'not-invoked'), fc.nat({ max: 11 })),
  { maxLength: 60 },
);

it('does with every record once, in order, or gives it up', () => {
  fc.assert(
    fc.property(settingsOf, fc.nat({ max: 60 }), arrivals, answers, (settings, count, come, drawn) => {
      let call = 0;
      const played = play(settings, records(count, 100, 0), come, (places) => {
        const [kind, place] = drawn[call++] ?? ['done', 0];
        if (kind === 'items-failed') return { kind, indexes: [place % places.length] };
        if (kind === 'failed') return { kind, thrown: true, reason: 'drawn' };
        return kind === 'not-invoked' ? { kind, reason: 'drawn' } : { kind: 'done' };
      });
      expect(played.finished).toEqual(Array.from({ length: count }, (_, i) => i));
      for (const batch of played.batches) {
        expect(batch.length).toBeLessThanOrEqual(settings.batchSize);
        expect(batch).toEqual(Array.from({ length: batch.length }, (_, i) => batch[0]! + i));
      }
    }),
    { numRuns: 500 },
  );
});

it('never makes a batch larger than 6 MB', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 4 * 1_048_576 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(settingsOf, sizes, (settings, bytes) => {
      const all = bytes.map((size, i) => ({
        ...records(1, size, 0)[0]!,
        sequenceNumber: String(i).padStart(56, '0'),
      }));
      const { batches } = play(settings, all, [], () => ({ kind: 'done' }));
      for (const batch of batches) {
        const total = batch.reduce((sum, place) => sum + bytes[place]!, 14);
        expect(total <= 6 * 1_048_576 || batch.length === 1).toBe(true);
      }
    }),
  );
});

it('isolates poison: nothing else reaches the destination, whether the function throws or reports', () => {
  const poison = fc.uniqueArray(fc.nat({ max: 59 }), { maxLength: 6 });
  fc.assert(
    fc.property(settingsOf, poison, fc.boolean(), arrivals, (drawn, bad, reports, come) => {
      const settings = { ...drawn, bisect: true, recordAgeMaxMs: Number.POSITIVE_INFINITY };
      const isBad = new Set(bad);
      const played = play(settings, records(60, 100, 0), come, (places) => {
        const indexes = places.flatMap((place, index) => (isBad.has(place) ? [index] : []));
        if (indexes.length === 0) return { kind: 'done' };
        return reports
          ? { kind: 'items-failed', indexes }
          : { kind: 'failed', thrown: true, reason: 'poison' };
      });
      expect(played.givenUp.map(({ records: lost }) => lost.map(placeOf))).toEqual(
        bad.toSorted((a, b) => a - b).map((place) => [place]),
      );
      expect(played.processed.size).toBe(60 - bad.length);
      const tries = played.batches.filter((batch) => batch.length === 1 && isBad.has(batch[0]!));
      expect(tries).toHaveLength(bad.length * (1 + settings.retriesMax));
    }),
    { numRuns: 300 },
  );
});
