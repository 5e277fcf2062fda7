import { describe, expect, it } from 'vitest';
import { authorizing } from '../../../local/gateway/authorize.ts';
import type { AuthorizerSettings } from '../../../local/gateway/rest-api.ts';
import type { InvocationResult } from '../../../local/lambda/function-task.ts';

const settings: AuthorizerSettings = {
  id: 'a1',
  functionArn: 'arn:f',
  header: 'authorization',
  validation: /^(?:Bearer \w+)$/,
  ttlMs: 30_000,
};

const answerOf = (more: object = {}): InvocationResult => ({
  requestId: 'r',
  payload: JSON.stringify({
    principalId: 'T001',
    policyDocument: {
      Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: 'arn/GET/T001/*' }],
    },
    context: { tenantId: 'T001', expiresAt: 7, isBound: false },
    usageIdentifierKey: 'k1',
    ...more,
  }),
});

/** An authorizer whose function gives these answers in turn, the last one for ever; counts its calls. */
function authorizerWith(...answers: InvocationResult[]) {
  const asked: string[] = [];
  const authorize = authorizing(async (_, payload) => {
    asked.push(JSON.parse(payload).authorizationToken);
    return (answers.length > 1 ? answers.shift() : answers[0]) as InvocationResult;
  });
  return {
    asked,
    ask: (token: string | undefined, arn = 'arn/GET/T001/usage', now = 0) =>
      authorize(settings, token, arn, now),
  };
}

describe('the authorizer', () => {
  it('gives its context as texts', async () => {
    const { ask } = authorizerWith(answerOf());
    expect(await ask('Bearer a')).toEqual({
      principalId: 'T001',
      context: { tenantId: 'T001', expiresAt: '7', isBound: 'false' },
      usageKey: 'k1',
    });
  });

  it('is asked once a token until its TTL is over, and its policy is held against every method', async () => {
    const { ask, asked } = authorizerWith(answerOf());
    await ask('Bearer a');
    expect(await ask('Bearer a', 'arn/GET/T002/usage', 29_999)).toEqual({ refused: 'ACCESS_DENIED' });
    expect(asked).toEqual(['Bearer a']);
    await ask('Bearer a', 'arn/GET/T001/usage', 30_000);
    await ask('Bearer b', 'arn/GET/T001/usage', 30_000);
    expect(asked).toEqual(['Bearer a', 'Bearer a', 'Bearer b']);
  });

  it('is asked once for requests that come together', async () => {
    const { ask, asked } = authorizerWith(answerOf());
    await Promise.all([ask('Bearer a'), ask('Bearer a'), ask('Bearer a')]);
    expect(asked).toHaveLength(1);
  });

  it('is not asked about what cannot be a credential', async () => {
    const { ask, asked } = authorizerWith(answerOf());
    for (const token of [undefined, '', 'Basic a', 'Bearer a b', 'xBearer a']) {
      expect(await ask(token)).toEqual({ refused: 'UNAUTHORIZED' });
    }
    expect(asked).toEqual([]);
  });

  it.each([
    [
      'UNAUTHORIZED',
      { requestId: 'r', payload: '{"errorMessage":"Unauthorized"}', functionError: 'Unhandled' as const },
    ],
    [
      'AUTHORIZER_FAILURE',
      { requestId: 'r', payload: '{"errorMessage":"table gone"}', functionError: 'Unhandled' as const },
    ],
    ['AUTHORIZER_CONFIGURATION_ERROR', { requestId: 'r', payload: 'null' }],
    ['AUTHORIZER_CONFIGURATION_ERROR', answerOf({ principalId: undefined })],
    ['AUTHORIZER_CONFIGURATION_ERROR', answerOf({ policyDocument: 'Allow' })],
    ['AUTHORIZER_CONFIGURATION_ERROR', answerOf({ context: { scopes: ['read'] } })],
    ['ACCESS_DENIED', answerOf({ policyDocument: { Statement: [] } })],
  ])('%s', async (refused, answer) => {
    expect(await authorizerWith(answer).ask('Bearer a')).toEqual({ refused });
  });

  it('is asked again after it refused or failed', async () => {
    const failed: InvocationResult = {
      requestId: 'r',
      payload: '{"errorMessage":"Unauthorized"}',
      functionError: 'Unhandled',
    };
    const { ask } = authorizerWith(failed, answerOf());
    expect(await ask('Bearer a')).toEqual({ refused: 'UNAUTHORIZED' });
    expect(await ask('Bearer a')).toMatchObject({ principalId: 'T001' });
  });
});
