/** Says that the service is up, and what its HTTP contract is. Needs no credential and reads nothing. */
import openapi from '../events/openapi.yaml';
import { systemClock } from '../infra/clock.ts';
import { apiHandler, type Operations } from '../infra/http/api-handler.ts';
import { createLogger } from '../infra/logger.ts';

export const operations: Operations = {
  'GET /v1/health': { scopes: null, handle: async () => ({ status: 200, body: { status: 'ok' } }) },
  'GET /v1/openapi.json': { scopes: null, handle: async () => ({ status: 200, body: openapi }) },
};

export const handler = apiHandler(operations, { logger: createLogger(), clock: systemClock });
