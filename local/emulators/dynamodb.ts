import { once } from 'node:events';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import { meterCapacity } from './capacity-meter.ts';
import type { EmulatorTask } from './emulator.ts';

/** Longer than any client keeps an idle connection, so that none is closed under a request. */
const keepAliveMs = 300_000;

/** DynamoDB: dynalite, which writes each item to its folder before it answers. */
export async function startDynamodb({ port, folder, region, accountId }: EmulatorTask) {
  process.env.AWS_REGION = region;
  process.env.AWS_ACCOUNT_ID = accountId;
  const server = dynalite({ path: folder, createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  server.keepAliveTimeout = keepAliveMs;
  surviveAborts(server);
  server.listen({ port, host: '127.0.0.1' });
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** dynalite throws when a client goes away in the middle of a request; a Lambda that is killed does just that. */
function surviveAborts(server: Server): void {
  const [handle] = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  const serve = meterCapacity((request, response) => {
    handle?.call(server, request, response);
    request.removeAllListeners('error');
    request.on('error', () => response.destroy());
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    request.on('error', () => response.destroy());
    serve(request, response);
  });
}
