import { afterEach, describe, expect, it, vi } from 'vitest';
import type { createHandler } from '../../../../functions/record-usage.ts';

vi.hoisted(() => {
  Object.assign(process.env, {
    USAGE_TABLE: 'usage',
    TENANTS_TABLE: 'tenants',
    QUARANTINE_BUCKET: 'quarantine',
    ACCOUNTS_TABLE: 'accounts',
    TRAFFIC_TABLE: 'traffic',
    LIMIT_QUEUE_URL: 'https://queue.example/limits.fifo',
    STREAM_RETENTION_HOURS: '168',
    AWS_REGION: 'eu-central-1',
  });
});

type Handler = typeof createHandler;
type Mutation = Parameters<typeof import('./simulate.ts').simulate>[1]['mutation'];
type ReadWindow = typeof import('../../../../domain/metering/windows/read-window.ts');
type Sealed = typeof import('../../../../domain/metering/windows/sealed-pages.ts');

/** A check that cannot fail proves nothing: each of these wrong programs must be found within so many worlds. */
const worldsMax = 400;

interface WrongProgram {
  what: string;
  /** How it is found out. */
  finding: RegExp;
  /** A part of the real code, replaced. */
  replace?: () => void;
  handler?: (right: Handler) => Handler;
  mutation?: Mutation;
}

const wrongPrograms: WrongProgram[] = [
  {
    what: 'puts pages whatever their revision',
    finding: /sealed page was written|an id twice|has not counted|sums of/,
    mutation: 'no-condition',
  },
  {
    what: 'seals a page after the next one is created',
    finding: /never ends|an id twice|has not counted|sums of|sealed page was written/,
    mutation: 'seal-after-create',
  },
  { what: 'marks no day in the registry', finding: /before its day was marked/, mutation: 'no-mark' },
  {
    what: 'takes several pages for a snapshot',
    finding: /an id twice|has not counted|sums of/,
    replace: () =>
      vi.doMock('../../../../domain/metering/windows/read-window.ts', async (original) => ({
        ...(await original<ReadWindow>()),
        withPages: ((sealed, pages) => {
          const last = pages.at(-1);
          const others = last?.sealed === false ? pages.slice(0, -1) : pages;
          for (const page of others) sealed.absorb({ ...page, sealed: true });
          return { sealed, last: last?.sealed === false ? last : undefined };
        }) satisfies ReadWindow['withPages'],
      })),
  },
  {
    what: 'forgets the ids of sealed pages',
    finding: /an id twice/,
    replace: () =>
      vi.doMock('../../../../domain/metering/windows/sealed-pages.ts', async (original) => {
        const { SealedPages, ...rest } = await original<Sealed>();
        const absorb = SealedPages.prototype.absorb;
        SealedPages.prototype.absorb = function (page) {
          absorb.call(this, page);
          this.ids.reset(0);
        };
        return { SealedPages, ...rest };
      }),
  },
  {
    what: 'acknowledges what failed',
    finding: /has not counted/,
    handler: (right) => (ports) =>
      Object.assign(async (...invocation: Parameters<ReturnType<Handler>>) => {
        await right(ports)(...invocation);
        return { batchItemFailures: [] };
      }, {}) as unknown as ReturnType<Handler>,
  },
  {
    what: 'counts what is beyond the horizon',
    finding: /beyond the horizon|came too late|expired|forgotten/,
    handler: (right) => (ports) => right({ ...ports, retentionMs: ports.retentionMs * 10 }),
  },
];

describe('the simulation finds a program that', () => {
  afterEach(() => {
    vi.doUnmock('../../../../domain/metering/windows/read-window.ts');
    vi.doUnmock('../../../../domain/metering/windows/sealed-pages.ts');
  });

  it.each(wrongPrograms)('$what', async ({ finding, replace, handler, mutation }) => {
    vi.resetModules();
    replace?.();
    const { simulate } = await import('./simulate.ts');
    const { createHandler: right } = await import('../../../../functions/record-usage.ts');
    const options = { createHandler: handler ? handler(right) : right, ...(mutation && { mutation }) };
    let found = '';
    for (let seed = 1; found === '' && seed <= worldsMax; seed++) {
      await simulate(seed, options).catch((error) => {
        found = String(error);
      });
    }
    expect(found).toMatch(finding);
  });
});
