import { startKinesis } from '../kinesis/start-kinesis.ts';
import { reasonOf } from '../stack-fault.ts';
import type { EmulatorTask } from './emulator.ts';

/** Kinesis: our own, which keeps every record in its folder before it answers. */
export async function startStreams({ port, folder, region, accountId }: EmulatorTask) {
  try {
    const server = await startKinesis({ port, dataDir: folder, region, accountId });
    return { port: server.port, stop: () => server.close() };
  } catch (error) {
    if (!/in use/.test(reasonOf(error))) throw error;
    throw Object.assign(new Error(reasonOf(error)), { code: 'EADDRINUSE' });
  }
}
