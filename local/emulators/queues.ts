import { type RequestListener, Server } from 'node:http';
import { startFauxqs } from 'fauxqs';
import type { EmulatorTask } from './emulator.ts';
import { playMessageStructure } from './message-structure.ts';

/** Longer than any client keeps an idle connection, so that none is closed under a request. */
const keepAliveMs = 300_000;

/** SQS, SNS and S3: fauxqs, which keeps queues, topics and objects in a database of its folder. */
export async function startQueues({ port, folder, region }: EmulatorTask) {
  const listen = Server.prototype.listen;
  Server.prototype.listen = function (this: Server, ...options: unknown[]) {
    this.keepAliveTimeout = keepAliveMs;
    const [serve] = this.listeners('request') as RequestListener[];
    if (serve) {
      this.removeAllListeners('request');
      this.on('request', playMessageStructure(serve));
    }
    return Reflect.apply(listen, this, options);
  } as typeof listen;
  const server = await startFauxqs({ port, dataDir: folder, defaultRegion: region, logger: false });
  return { port: server.port, stop: () => server.stop() };
}
