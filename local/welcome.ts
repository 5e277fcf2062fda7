import type { StackHandle } from './start.ts';

/** What a person needs to begin: where it is, the keys, and a first event to send and read back. */
export function welcome({ localJson, dataDir, clock }: StackHandle): string {
  const { api, console: page, control, tenants } = localJson;
  const [first] = tenants;
  const keys = tenants.flatMap(({ tenantId, keys: { ingest, read, manage } }) => [
    `  ${tenantId}  ingest  ${ingest}`,
    `        read    ${read}`,
    `        manage  ${manage}`,
  ]);
  const time = new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
  return `
Tidegate is ready.

  API      ${api}/v1
  Console  ${page} (sign in with a read or manage key)
  Control  ${control}
  Data     ${dataDir} (local.json has all of this)

${keys.join('\n')}

Send an event, and read it back a second or two later:

  curl -s ${api}/v1/tenants/T001/events -H 'Authorization: Bearer ${first?.keys.ingest}' \\
    -H 'Content-Type: application/cloudevents+json' \\
    -d '{"specversion":"1.0","id":"first","source":"my-phone","subject":"me","type":"vpn.usage","time":"${time}","data":{"bytes":1048576}}'

  curl -s '${api}/v1/tenants/T001/accounts/me/usage?meter=bytes' -H 'Authorization: Bearer ${first?.keys.read}'

Ctrl-C ends it; the data stay.`;
}
