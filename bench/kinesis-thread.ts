/** The local Kinesis in a thread of its own, so that it takes no time from what is measured beside it. */
import { parentPort, workerData } from 'node:worker_threads';
import { startKinesis } from '../local/kinesis/start-kinesis.ts';

const server = await startKinesis({ port: 0, ...workerData });
parentPort?.postMessage(server.port);
