import { startKinesis } from '../../../local/kinesis/start-kinesis.ts';

/** A process to be killed: serves the folder given, and prints its endpoint. */
const [dataDir = ''] = process.argv.slice(2);
const { endpoint } = await startKinesis({ port: 0, dataDir, segmentBytesMax: 200_000 });
process.stdout.write(`${endpoint}\n`);
