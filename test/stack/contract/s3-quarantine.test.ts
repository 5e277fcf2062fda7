import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe } from 'vitest';
import { type QuarantineObject, s3Quarantine } from '../../../infra/quarantine/s3-quarantine.ts';
import { s3QuarantineArchive } from '../../../infra/quarantine/s3-quarantine-archive.ts';
import { s3Objects } from '../../../infra/s3-objects.ts';
import { quarantineArchiveContract } from '../../domain/quarantine/quarantine-archive-contract.ts';
import { quarantineContract } from '../../domain/quarantine/quarantine-contract.ts';

const region = 'eu-central-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** What an object says, as the quarantine was told it. */
function fromObject({ quarantinedAt, ...object }: QuarantineObject) {
  const position = { ...object.position, arrivedAt: Date.parse(object.position.arrivedAt) };
  const item = { ...object, position, bytes: Buffer.from(object.bytes, 'base64') };
  return { item, quarantinedAt: Date.parse(quarantinedAt) };
}

describe('s3Quarantine', () => {
  let server: FauxqsServer;
  let client: S3Client;
  let buckets = 0;

  beforeAll(async () => {
    server = await startFauxqs({ port: 0, logger: false, defaultRegion: region });
    client = new S3Client({ endpoint: server.address, region, credentials, forcePathStyle: true });
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  quarantineContract(async () => {
    buckets += 1;
    const bucket = `quarantine-${buckets}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    return {
      quarantine: s3Quarantine(
        { bucket, region, endpoint: server.address, credentials: client.config.credentials },
        { random: () => 0.5 },
      ),
      async stored() {
        const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
        return Promise.all(
          Contents.map(async ({ Key: key = '' }) => {
            const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
            return { key, ...fromObject(JSON.parse((await Body?.transformToString()) ?? '')) };
          }),
        );
      },
    };
  });

  quarantineArchiveContract(async () => {
    buckets += 1;
    const bucket = `quarantine-${buckets}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    const place = { bucket, region, endpoint: server.address, credentials: client.config.credentials };
    return s3QuarantineArchive(s3Objects(place, { random: () => 0.5 }));
  });
});
