/**
 * `npm run bench [-- NAME …] [--full] [--json] [--seed N] [--seeds N] [--tenants N] [--record]`: measures, as ratios in
 * one run. `--record` keeps the result in RESULTS.md, with date and commit; `--seeds` and `--tenants` are for `anomaly`.
 */
import { parseArgs } from 'node:util';
import { anomaly } from './anomaly/anomaly.ts';
import { capacity } from './capacity/capacity.ts';
import { hotSpots } from './capacity/hot-spots.ts';
import { coldStart } from './cold-start.ts';
import { cost } from './cost/cost.ts';
import { endToEnd } from './end-to-end.ts';
import { fold } from './fold.ts';
import { ingest } from './ingest.ts';
import { judging } from './judging/judging.ts';
import { lake } from './lake/lake.ts';
import { limits } from './limits/limits.ts';
import { record } from './record.ts';
import { asText, type Part, type Table } from './report.ts';

const parts: Record<string, Part> = {
  cost,
  fold,
  ingest,
  'end-to-end': endToEnd,
  limits,
  lake,
  judging,
  'cold-start': coldStart,
  'hot-spots': hotSpots,
  capacity,
  anomaly,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    full: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string' },
    tenants: { type: 'string' },
  },
});

const unknown = positionals.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}; the parts are ${Object.keys(parts).join(', ')}.`);
  process.exit(1);
}

const tables: Table[] = [];
for (const [name, part] of Object.entries(parts)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const progress = (text: string) => process.stderr.write(`${text}\n`);
  const measured = await part({
    full: values.full,
    seed: Number(values.seed),
    progress,
    ...(values.seeds && { seeds: Number(values.seeds) }),
    ...(values.tenants && { tenants: Number(values.tenants) }),
  });
  if (!values.json) for (const table of measured) console.log(asText(table));
  tables.push(...measured);
}
if (values.record) record(tables, values.full);
if (values.json) console.log(JSON.stringify({ node: process.version, tables }, null, 2));
