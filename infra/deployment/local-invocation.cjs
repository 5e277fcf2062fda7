const { readFile } = require('node:fs/promises');
const { resolve } = require('node:path');
const {
  environmentOf,
  findRunningStack,
  resolveReferences,
  revisionInForce,
} = require('./running-stack.cjs');
const { fillSample, tenantsOfRevisions } = require('./sample.cjs');
const { shiftClock } = require('./shifted-clock.cjs');

/**
 * Makes `serverless invoke local` run against the stack that runs on this machine: its tables and queues, its clock,
 * its keys. `functions` and `options` are the tool's own and are changed: the environment loses its references, and
 * the sample that --path names becomes the event. Throws an Error of one sentence where it cannot be.
 */
async function prepareLocalInvocation({ serviceDir, functions, options }) {
  const stack = await findRunningStack(serviceDir);
  const target = environmentOf(stack);
  // A name that is in no function is the tool's to refuse.
  const invoked = functions[options.function];
  if (invoked) {
    invoked.environment = resolveReferences({ ...invoked.environment, ...target }, stack.resources);
  }
  // The tool looks for credentials of its own before it knows that environment: it shall find these at once.
  Object.assign(process.env, target);
  for (const name of ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_SESSION_TOKEN']) delete process.env[name];

  if (options.path && !options.data) {
    options.data = JSON.stringify(await readSample(resolve(serviceDir, options.path), stack));
  }
  shiftClock(stack.now);
}

async function readSample(file, stack) {
  const sample = await readFile(file, 'utf8').then(JSON.parse, (error) => {
    throw new Error(`${file} cannot be read as JSON (${error.message}).`);
  });
  const revisions = {};
  for (const tenantId of tenantsOfRevisions(sample)) {
    revisions[tenantId] = await revisionInForce(stack, tenantId);
  }
  return fillSample(sample, { ...stack, revisions });
}

module.exports = { prepareLocalInvocation };
