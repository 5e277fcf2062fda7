import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { codeOf, StackFault } from './stack-fault.ts';

/** Listens on loopback; resolves to the port. Rejects with a StackFault where it is in use or not allowed. */
export function listenOn(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(faultOf(error, port)));
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function faultOf(error: Error, port: number): Error {
  const sentences: Record<string, string> = {
    EADDRINUSE: `Port ${port} is in use: stop what listens there, or choose another with --port (0 takes any that is free).`,
    EACCES: `Port ${port} may not be used by this user: choose one above 1023 with --port.`,
  };
  const sentence = sentences[codeOf(error) ?? ''];
  return sentence ? new StackFault(sentence, { cause: error }) : error;
}

/** On the former port if it can be had, else on any. */
export async function listenAgain(
  serve: (port: number) => Promise<Server>,
  formerPort: number | undefined,
): Promise<Server> {
  if (formerPort === undefined) return serve(0);
  return serve(formerPort).catch(() => serve(0));
}

export const portOf = (server: Server): number => (server.address() as AddressInfo).port;

export const urlOf = (server: Server): string => `http://127.0.0.1:${portOf(server)}`;

/** Answers under way get this long. */
const closingMsMax = 5_000;

/** Takes no more requests, and resolves once those under way are answered or their time is over. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), closingMsMax);
  await closed;
  clearTimeout(timer);
}
