import type { ApiRequest } from './api-request.ts';

/** The gateway answers 504 by itself after this long. */
const gatewayMs = 29_000;
/** Kept back for the authorizer, a cold start and the answer's own way. */
const marginMs = 2_000;

/** Says at any moment how long work on this request may still take, so that its answer still reaches the sender. */
export function answerTimeLeft({ remainingMs }: ApiRequest): () => number {
  const beyondGatewayMs = Math.max(0, remainingMs() - gatewayMs);
  return () => remainingMs() - beyondGatewayMs - marginMs;
}
