import { invalidRequest } from './kinesis-error.ts';

/** The members of a request, as JSON gave them. */
export type Input = Record<string, unknown>;

export function text(input: Input, name: string): string {
  const value = input[name];
  if (typeof value !== 'string' || value === '') throw invalidRequest(`${name} must be given, as text`);
  return value;
}

export const optionalText = (input: Input, name: string): string | undefined =>
  input[name] === undefined || input[name] === null ? undefined : text(input, name);

export interface Bounds {
  min: number;
  max: number;
}

export function integer(input: Input, name: string, { min, max }: Bounds): number {
  const value = input[name];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw invalidRequest(
      `${name} must be a whole number from ${min} to ${max}, not ${JSON.stringify(value)}`,
    );
  }
  return value;
}

export const optionalInteger = (input: Input, name: string, bounds: Bounds): number | undefined =>
  input[name] === undefined || input[name] === null ? undefined : integer(input, name, bounds);

export function list(input: Input, name: string): unknown[] {
  const value = input[name];
  if (!Array.isArray(value)) throw invalidRequest(`${name} must be a list`);
  return value;
}

export function object(value: unknown, name: string): Input {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidRequest(`${name} must be an object`);
  }
  return value as Input;
}

/** Bytes travel as base64. */
export function bytes(input: Input, name: string): Buffer {
  const value = input[name];
  if (typeof value !== 'string') throw invalidRequest(`${name} must be given, as base64`);
  return Buffer.from(value, 'base64');
}

/** Page tokens name the last thing that was shown. */
export const pageToken = (after: string): string => Buffer.from(after).toString('base64url');
export const fromPageToken = (token: string): string => Buffer.from(token, 'base64url').toString();
