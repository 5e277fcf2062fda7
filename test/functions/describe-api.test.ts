import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { handler } from '../../functions/describe-api.ts';

const get = (resource: string) =>
  handler(
    {
      resource,
      path: resource,
      httpMethod: 'GET',
      requestContext: { requestId: 'r1' },
    } as APIGatewayProxyEvent,
    { getRemainingTimeInMillis: () => 10_000 } as Context,
  ) as Promise<APIGatewayProxyResult>;

describe('describe-api', () => {
  it('says that it is up, to anybody', async () => {
    const { statusCode, body } = await get('/v1/health');
    expect([statusCode, JSON.parse(body)]).toEqual([200, { status: 'ok' }]);
  });

  it('shows the contract, with every path of it', async () => {
    const { statusCode, body } = await get('/v1/openapi.json');
    expect(statusCode).toBe(200);
    expect(Object.keys(JSON.parse(body).paths)).toContain('/v1/tenants/{tenantId}/events');
  });

  it('knows no other operation', async () => {
    const { statusCode, body } = await get('/v1/nothing');
    expect([statusCode, JSON.parse(body).code]).toEqual([404, 'not_found']);
  });
});
