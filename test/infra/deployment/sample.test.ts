import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

const { fillSample, tenantsOfRevisions } = createRequire(import.meta.url)(
  '../../../infra/deployment/sample.cjs',
);

const facts = {
  now: Date.parse('2026-11-21T10:07:30.250Z'),
  tenants: [{ tenantId: 'T001', keys: { ingest: 'tg_i', read: 'tg_r', manage: 'tg_m' } }],
  revisions: { T001: 7, T002: 2 },
  resources: { EventStream: 'tidegate-local-EventStream' },
};

const decoded = (text: string): string => Buffer.from(text, 'base64').toString();

describe('a sample', () => {
  it.each([
    ['{{now}}', '2026-11-21T10:07:30.250Z'],
    ['{{now-5m}}', '2026-11-21T10:02:30.250Z'],
    ['{{now+2h}}', '2026-11-21T12:07:30.250Z'],
    ['{{now-1d}}', '2026-11-20T10:07:30.250Z'],
    ['{{now-8m|hour}}', '2026-11-21T09:00:00Z'],
    ['{{now|day}}', '2026-11-21'],
    ['{{now|seconds}}', 1_795_255_650],
    ['{{now-1s|milliseconds}}', 1_795_255_649_250],
    ['{{revision:T001}}', 7],
    ['revision {{revision:T001}}', 'revision 7'],
    ['Bearer {{key:T001:read}}', 'Bearer tg_r'],
    ['stream/{{resource:EventStream}}', 'stream/tidegate-local-EventStream'],
    ['{{key:T001:ingest}} {{key:T001:manage}}', 'tg_i tg_m'],
    ['{ {now} }', '{ {now} }'],
  ])('%j is %j', (text, value) => {
    expect(fillSample(text, facts)).toBe(value);
  });

  it('holds readable payloads', () => {
    const event = { id: 'a', time: '{{now-30s}}' };
    const filled = { id: 'a', time: '2026-11-21T10:07:00.250Z' };
    expect(fillSample({ body: { $json: event } }, facts)).toEqual({ body: JSON.stringify(filled) });
    expect(decoded(fillSample({ $base64Json: [event, 'é'] }, facts))).toBe(JSON.stringify([filled, 'é']));
    expect(decoded(fillSample({ $base64Lines: [event, event] }, facts))).toBe(
      `${JSON.stringify(filled)}\n${JSON.stringify(filled)}\n`,
    );
  });

  it('leaves everything else as it is', () => {
    const event = { a: [1, null, true, 'x', {}], $json: 1, b: 2 };
    expect(fillSample(event, facts)).toEqual(event);
  });

  it.each([
    '{{then}}',
    '{{now-5x}}',
    '{{now|year}}',
    '{{key:T009:read}}',
    '{{key:T001:all}}',
    '{{resource:Gone}}',
  ])('with %s is refused by that name', (text) => {
    expect(() => fillSample({ deep: [text] }, facts)).toThrow(
      `The sample has ${text}, of which nothing is known`,
    );
  });

  it('says whose revisions it asks for', () => {
    expect(tenantsOfRevisions([{ a: '{{revision:T001}} {{revision:T002}}' }, '{{revision:T001}}'])).toEqual([
      'T001',
      'T002',
    ]);
  });
});

describe('events/samples', () => {
  const folder = new URL('../../../events/samples/', import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));

  it.each(files)('%s can be filled in', (file) => {
    const filled = JSON.stringify(fillSample(JSON.parse(readFileSync(new URL(file, folder), 'utf8')), facts));
    expect(filled).not.toMatch(/\{\{|\$base64|\$json/);
  });

  it.each(files)('%s holds no time that goes stale', (file) => {
    expect(readFileSync(new URL(file, folder), 'utf8')).not.toMatch(/\b20\d\d-\d\d-\d\d/);
  });
});
