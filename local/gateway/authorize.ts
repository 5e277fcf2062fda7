import type { InvocationResult } from '../lambda/function-task.ts';
import type { ResponseType } from './gateway-responses.ts';
import { allowsMethod, type PolicyDocument } from './method-policy.ts';
import type { AuthorizerSettings } from './rest-api.ts';

/** What the authorizer said of a credential, once its policy has allowed the method. */
export interface Authorized {
  principalId: string;
  context: Record<string, string>;
  usageKey: string | undefined;
}

export type Verdict = Authorized | { refused: ResponseType };

interface Answer {
  principalId: string;
  policyDocument: PolicyDocument;
  context?: Record<string, unknown>;
  usageIdentifierKey?: string;
}

export type Invoke = (functionArn: string, payload: string) => Promise<InvocationResult>;

/** Answers kept at once; beyond it those of the credential that was seen first go. */
const cachedMax = 10_000;

/**
 * Asks the authorizer of a method, or its answer to the same token of less than the TTL ago, and holds its
 * policy against this method. `token` is the header's value; undefined where it is missing or sent twice.
 */
export function authorizing(invoke: Invoke) {
  const cache = new Map<string, { answer: Answer; until: number }>();
  const underWay = new Map<string, Promise<Answer | { refused: ResponseType }>>();

  const ask = async (
    settings: AuthorizerSettings,
    authorizationToken: string,
    methodArn: string,
    now: number,
  ) => {
    const payload = JSON.stringify({ type: 'TOKEN', authorizationToken, methodArn });
    const answer = readAnswer(await invoke(settings.functionArn, payload));
    if (!('refused' in answer) && settings.ttlMs > 0) {
      cache.delete(keyOf(settings, authorizationToken));
      cache.set(keyOf(settings, authorizationToken), { answer, until: now + settings.ttlMs });
      const [oldest] = cache.keys();
      if (cache.size > cachedMax && oldest !== undefined) cache.delete(oldest);
    }
    return answer;
  };

  /** One question at a time a token, so that a burst from a new client does not start as many threads. */
  const askOnce = (settings: AuthorizerSettings, token: string, methodArn: string, now: number) => {
    const key = keyOf(settings, token);
    const asked =
      underWay.get(key) ?? ask(settings, token, methodArn, now).finally(() => underWay.delete(key));
    underWay.set(key, asked);
    return asked;
  };

  return async (
    settings: AuthorizerSettings,
    token: string | undefined,
    methodArn: string,
    now: number,
  ): Promise<Verdict> => {
    if (!token || (settings.validation && !settings.validation.test(token)))
      return { refused: 'UNAUTHORIZED' };
    const cached = cache.get(keyOf(settings, token));
    const answer =
      cached && now < cached.until ? cached.answer : await askOnce(settings, token, methodArn, now);
    if ('refused' in answer) return answer;
    const isAllowed = allowsMethod(answer.policyDocument, methodArn);
    if (isAllowed === undefined) return { refused: 'AUTHORIZER_CONFIGURATION_ERROR' };
    if (!isAllowed) return { refused: 'ACCESS_DENIED' };
    return {
      principalId: answer.principalId,
      context: Object.fromEntries(
        Object.entries(answer.context ?? {}).map(([key, value]) => [key, String(value)]),
      ),
      usageKey: answer.usageIdentifierKey,
    };
  };
}

const keyOf = (settings: AuthorizerSettings, token: string): string => `${settings.id} ${token}`;

function readAnswer({ payload, functionError }: InvocationResult): Answer | { refused: ResponseType } {
  const answer = JSON.parse(payload);
  if (functionError) {
    return { refused: answer.errorMessage === 'Unauthorized' ? 'UNAUTHORIZED' : 'AUTHORIZER_FAILURE' };
  }
  const isWhole =
    typeof answer?.principalId === 'string' &&
    typeof answer.policyDocument === 'object' &&
    Object.values(answer.context ?? {}).every((value) =>
      ['string', 'number', 'boolean'].includes(typeof value),
    );
  return isWhole ? answer : { refused: 'AUTHORIZER_CONFIGURATION_ERROR' };
}
