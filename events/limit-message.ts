import type { LimitMessage } from '../domain/limits/limit-queue.ts';
import { asciiJson } from './ascii-json.ts';
import { parseMessageBody } from './message-body.ts';

export const encodeLimitMessage = (message: LimitMessage): string => asciiJson(message);

/** Reads a message of the limit queue. Throws, saying what is wrong, where it is none. */
export function decodeLimitMessage(text: string): LimitMessage {
  const message = parseMessageBody(text);
  const tenantId = required(message, 'tenantId', isName);
  const accountId = required(message, 'accountId', isName);
  if (message.kind === 'threshold') {
    return {
      kind: 'threshold',
      tenantId,
      accountId,
      meter: required(message, 'meter', isName),
      cycleStart: required(message, 'cycleStart', isWhole),
      threshold: required(message, 'threshold', isWhole),
      limitRev: required(message, 'limitRev', isWhole),
    };
  }
  if (message.kind === 'look') {
    const cause = required(message, 'cause', isName);
    const look = { kind: 'look' as const, tenantId, accountId, cause };
    return message.endedAt === undefined ? look : { ...look, endedAt: required(message, 'endedAt', isWhole) };
  }
  throw new Error("The message's kind must be threshold or look.");
}

function required<T>(
  message: Record<string, unknown>,
  name: string,
  isRight: (value: unknown) => value is T,
): T {
  const value = message[name];
  if (!isRight(value)) throw new Error(`The message's ${name} is missing or of another type.`);
  return value;
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
