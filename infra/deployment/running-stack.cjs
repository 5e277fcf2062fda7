const { readFile } = require('node:fs/promises');
const { resolve } = require('node:path');

const howToStart =
  'start it with `npm start` and try again (a stack with another data folder is found by TIDEGATE_DATA_DIR)';

/** A stack on this machine answers in an instant or not at all. */
const answerMsMax = 5_000;

/**
 * What the stack that runs on this machine says of itself in its local.json, and the time of its clock as `now`.
 * Throws an Error of one sentence where none runs.
 */
async function findRunningStack(serviceDir, dataDir = process.env.TIDEGATE_DATA_DIR ?? '.tidegate') {
  const file = resolve(serviceDir, dataDir, 'local.json');
  const text = await readFile(file, 'utf8').catch((error) => {
    throw new Error(`The local stack is not running (${file} cannot be read: ${error.code}); ${howToStart}.`);
  });
  const stack = JSON.parse(text);
  const clock = await getJson(`${stack.control}/clock`).catch((error) => {
    throw new Error(`The local stack does not answer at ${stack.control} (${error.message}); ${howToStart}.`);
  });
  return { ...stack, now: Date.parse(clock.now) };
}

/** The revision of the tenant's configuration that is in force. */
async function revisionInForce({ api, tenants }, tenantId) {
  const key = tenants.find((tenant) => tenant.tenantId === tenantId)?.keys.read;
  if (!key)
    throw new Error(`The local stack has no key of ${tenantId}: its samples are of its demo tenants.`);
  const config = await getJson(`${api}/v1/tenants/${tenantId}/config`, { authorization: `Bearer ${key}` });
  return config.revision;
}

async function getJson(url, headers = {}) {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(answerMsMax) });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return response.json();
}

/** Where the SDKs' own name of a service is not the one in local.json. */
const sdkNames = { apigateway: 'API_GATEWAY' };

/** The environment that points a Lambda at the running stack: its clients, and its links. Its credentials open nothing. */
function environmentOf({ aws, console: consoleUrl }) {
  const endpoints = Object.entries(aws.endpoints).map(([service, url]) => [
    `AWS_ENDPOINT_URL_${sdkNames[service] ?? service.toUpperCase()}`,
    url,
  ]);
  return {
    ...Object.fromEntries(endpoints),
    CONSOLE_URL: consoleUrl.replace(/\/$/, ''),
    AWS_REGION: aws.region,
    AWS_DEFAULT_REGION: aws.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
}

/** Resolves `{Ref: id}`, the one reference that environments in serverless.yml make. */
function resolveReferences(environment, resources) {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => {
      if (value === null || typeof value !== 'object') return [name, value];
      const physical = resources[value.Ref];
      if (physical === undefined) {
        throw new Error(`${name} refers to ${JSON.stringify(value)}, which the local stack does not know.`);
      }
      return [name, physical];
    }),
  );
}

module.exports = { environmentOf, findRunningStack, resolveReferences, revisionInForce };
