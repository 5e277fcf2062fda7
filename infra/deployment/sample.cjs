/**
 * The form of events/samples/*.json: JSON that stays readable and does not go stale. See the README beside them.
 *
 * Within a string, `{{…}}` is replaced:
 *   {{now}}, {{now-5m}}, {{now+2h|hour}}   a time of the running stack (units s, m, h, d), as RFC 3339, or by filter:
 *                                          hour (its hour's start), day (its date), seconds, milliseconds (numbers)
 *   {{key:T001:read}}                      a key of a demo tenant, by scope
 *   {{revision:T001}}                      the revision of a tenant's configuration that is in force (a number)
 *   {{resource:EventStream}}               the name, URL or ARN of a resource, by its logical id
 * An object with one of these members alone becomes a string:
 *   {"$json": value}                       the value as JSON
 *   {"$base64Json": value}                 the value as JSON, in base64
 *   {"$base64Lines": [value, …]}           newline-delimited JSON, in base64: the data of a stream record
 */

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const filters = {
  hour: (at) => `${new Date(at).toISOString().slice(0, 13)}:00:00Z`,
  day: (at) => new Date(at).toISOString().slice(0, 10),
  seconds: (at) => Math.floor(at / 1_000),
  milliseconds: (at) => at,
};

const base64 = (text) => Buffer.from(text, 'utf8').toString('base64');

const encodings = {
  $json: (value) => JSON.stringify(value),
  $base64Json: (value) => base64(JSON.stringify(value)),
  $base64Lines: (values) => base64(`${values.map((value) => JSON.stringify(value)).join('\n')}\n`),
};

/** How each kind of placeholder is resolved. `parts` are the groups of its pattern. */
const placeholders = [
  {
    pattern: /^now(?:([+-]\d+)([smhd]))?(?:\|(\w+))?$/,
    resolve: ({ now }, [count, unit, filter]) => {
      const at = now + (count ? Number(count) * unitMs[unit] : 0);
      if (filter === undefined) return new Date(at).toISOString();
      return filters[filter]?.(at);
    },
  },
  {
    pattern: /^key:([\w-]+):(ingest|read|manage)$/,
    resolve: ({ tenants }, [tenantId, scope]) =>
      tenants.find((tenant) => tenant.tenantId === tenantId)?.keys[scope],
  },
  { pattern: /^revision:([\w-]+)$/, resolve: ({ revisions }, [tenantId]) => revisions[tenantId] },
  { pattern: /^resource:(\w+)$/, resolve: ({ resources }, [logicalId]) => resources[logicalId] },
];

/** Tenants whose configuration's revision the sample asks for. */
function tenantsOfRevisions(sample) {
  return [
    ...new Set([...JSON.stringify(sample).matchAll(/\{\{revision:([\w-]+)\}\}/g)].map((match) => match[1])),
  ];
}

/**
 * The event that a sample stands for. `facts`: `now` (epoch milliseconds), `tenants` and `resources` of local.json,
 * and `revisions` by tenant. Throws an Error whose message names a placeholder that nothing is known of.
 */
function fillSample(sample, facts) {
  if (typeof sample === 'string') return fillText(sample, facts);
  if (Array.isArray(sample)) return sample.map((item) => fillSample(item, facts));
  if (sample === null || typeof sample !== 'object') return sample;
  const filled = Object.fromEntries(
    Object.entries(sample).map(([name, value]) => [name, fillSample(value, facts)]),
  );
  const [name, ...others] = Object.keys(filled);
  const encode = others.length === 0 ? encodings[name] : undefined;
  return encode ? encode(filled[name]) : filled;
}

/** A string that is one placeholder and nothing else keeps the type of its value. */
function fillText(text, facts) {
  const whole = /^\{\{([^{}]*)\}\}$/.exec(text);
  if (whole) return resolvePlaceholder(whole[1], facts);
  return text.replace(/\{\{([^{}]*)\}\}/g, (_, placeholder) =>
    String(resolvePlaceholder(placeholder, facts)),
  );
}

function resolvePlaceholder(placeholder, facts) {
  for (const { pattern, resolve } of placeholders) {
    const parts = pattern.exec(placeholder)?.slice(1);
    const value = parts && resolve(facts, parts);
    if (value !== undefined) return value;
  }
  throw new Error(
    `The sample has {{${placeholder}}}, of which nothing is known: see events/samples/README.md.`,
  );
}

module.exports = { fillSample, tenantsOfRevisions };
