import { describe, expect, it } from 'vitest';
import { batchOutcome, invokeBatch } from '../../../local/mappings/invocation.ts';

const identifiers = ['11', '12', '13'];
const outcomeOf = (payload: unknown, reports = true) =>
  batchOutcome({ ok: true, payload }, identifiers, reports);

describe('a response', () => {
  it.each([null, undefined, '', [], {}, { batchItemFailures: [] }, { batchItemFailures: null }])(
    'of %j is a success',
    (payload) => {
      expect(outcomeOf(payload)).toEqual({ kind: 'done' });
    },
  );

  it.each([
    { batchItemFailures: [{ itemIdentifier: '' }] },
    { batchItemFailures: [{ itemIdentifier: null }] },
    { batchItemFailures: [{ foo: '12' }] },
    { batchItemFailures: [{ itemIdentifier: '99' }] },
    { batchItemFailures: [{ itemIdentifier: '12' }, { itemIdentifier: '' }] },
    { batchItemFailures: [null] },
    { batchItemFailures: 'all of them' },
  ])('of %j fails the whole batch', (payload) => {
    expect(outcomeOf(payload)).toMatchObject({ kind: 'failed', thrown: false });
  });

  it('that names items fails those, in the order of the batch and once each', () => {
    const batchItemFailures = ['13', '12', '13'].map((itemIdentifier) => ({ itemIdentifier }));
    expect(outcomeOf({ batchItemFailures })).toEqual({ kind: 'items-failed', indexes: [1, 2] });
  });

  it('is not looked at where ReportBatchItemFailures is off', () => {
    expect(outcomeOf({ batchItemFailures: [{ itemIdentifier: '12' }] }, false)).toEqual({ kind: 'done' });
  });
});

describe('a function', () => {
  it('that throws fails the whole batch, with its error', async () => {
    const thrown = { ok: false, error: { name: 'TypeError', message: 'no' }, requestId: 'r1' } as const;
    expect(await invokeBatch(async () => thrown, {}, identifiers, true)).toEqual({
      kind: 'failed',
      thrown: true,
      reason: 'TypeError: no',
      requestId: 'r1',
    });
  });

  it('that cannot be called was not invoked', async () => {
    const invoke = () => Promise.reject(new Error('no free thread'));
    expect(await invokeBatch(invoke, {}, identifiers, true)).toEqual({
      kind: 'not-invoked',
      reason: 'no free thread',
    });
  });
});
