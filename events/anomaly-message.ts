import type { AnomalyMessage } from '../domain/judging/anomaly-queue.ts';
import { asciiJson } from './ascii-json.ts';
import { parseMessageBody } from './message-body.ts';

export const encodeAnomalyMessage = (message: AnomalyMessage): string => asciiJson(message);

/** Reads a message of the anomaly queue. Throws, saying what is wrong, where it is none. */
export function decodeAnomalyMessage(text: string): AnomalyMessage {
  const message = parseMessageBody(text);
  const tenantId = named(message, 'tenantId');
  const cause = named(message, 'cause');
  if (message.kind === 'health') return { kind: 'health', tenantId, cause };
  if (message.kind !== 'anomaly') throw new Error("The message's kind must be anomaly or health.");
  if (cause !== 'detected' && cause !== 'ended')
    throw new Error("The message's cause must be detected or ended.");
  const series = named(message, 'series');
  return { kind: 'anomaly', tenantId, series, anomalyId: named(message, 'anomalyId'), cause };
}

function named(message: Record<string, unknown>, name: string): string {
  const value = message[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new Error(`The message's ${name} is missing or of another type.`);
}
