import { localStackName } from '../commands/stack-target.ts';
import type { DrivenClock } from './clock/driven-clock.ts';
import { keptClock } from './clock/kept-clock.ts';
import { type Closers, closers } from './closers.ts';
import type { DataFolder } from './data-folder.ts';
import { openDataFolder } from './data-folder.ts';
import { demoTenants } from './demo/demo-tenants.ts';
import type { EmulatorName } from './emulators/emulator.ts';
import { type Ports, startEmulators } from './emulators/start-emulators.ts';
import type { Gateway } from './gateway/gateway.ts';
import { serveGateway } from './gateway/gateway-server.ts';
import { closeServer, listenAgain, portOf, urlOf } from './listen-on.ts';
import { type LocalJson, localJsonFile, localJsonOf } from './local-json.ts';
import type { StackFault } from './stack-fault.ts';
import { startParts } from './stack-parts.ts';
import { defaultDataDir, defaultPort, type StartOptions } from './start-options.ts';
import { packageStack } from './template/packaged-stack.ts';
import { resolveTemplate } from './template/resolved-stack.ts';

/** A running stack. */
export interface StackHandle {
  api: string;
  control: string;
  dataDir: string;
  folder: DataFolder;
  clock: DrivenClock;
  localJson: LocalJson;
  /** Resolves when the stack has stopped: to what it died of, or to undefined where it was told to stop. */
  ended: Promise<StackFault | undefined>;
  /** Ends everything in order; no thread or child is left. */
  stop(): Promise<void>;
  /** Invokes a function (`roll-up-days`); rejects where it fails. */
  invoke(functionFile: string, event: unknown): Promise<unknown>;
  /** Kills the threads of a function (`record-usage`) in whatever they do; answers how many were at work. */
  killWorker(functionFile: string): Promise<number>;
  /** Ends an emulator as if it had died, without ending the stack. */
  stopEmulator(name: EmulatorName): Promise<void>;
  /** Starts it again on its port and data. */
  startEmulator(name: EmulatorName): Promise<void>;
}

const region = 'eu-central-1';
const accountId = '000000000000';

/** Starts the whole stack on this machine. Rejects with a StackFault that says what to do, and leaves nothing behind. */
export async function start(options: StartOptions = {}): Promise<StackHandle> {
  const closing = closers();
  const fate: Fate = {};
  try {
    return await startWith(options, closing, fate);
  } catch (error) {
    await closing.closeAll();
    // What fails because an emulator died says less than what that died of.
    throw fate.fault ?? error;
  }
}

/** What a stack died of, if it did. */
interface Fate {
  fault?: StackFault;
}

async function startWith(options: StartOptions, closing: Closers, fate: Fate): Promise<StackHandle> {
  const { report = () => {}, signal, fresh = false, port = defaultPort } = options;
  const folder = openDataFolder(options.dataDir ?? defaultDataDir, { fresh });
  closing.add(folder.release);
  const time = keptClock(folder, options.now);
  closing.add(time.close);
  if (time.goesOnFrom !== undefined) {
    report(`the data have seen ${new Date(time.goesOnFrom).toISOString()}: the clock goes on from there`);
  }
  const ports = folder.read<Ports>('ports.json') ?? {};

  // First of all, so that a port in use is told at once; requests wait until the stack is ready.
  const ready = Promise.withResolvers<Gateway>();
  ready.promise.catch(() => undefined);
  const serve = (onPort: number) => serveGateway(ready.promise, onPort, time.clock.now);
  const apiServer = port === 0 ? await listenAgain(serve, ports.api) : await serve(port);
  closing.add(() => closeServer(apiServer));

  const ended = Promise.withResolvers<StackFault | undefined>();
  const stop = async (fault?: StackFault) => {
    if (fault) fate.fault = fault;
    ready.reject(new Error('The stack is stopping.'));
    await closing.closeAll();
    ended.resolve(fault);
  };
  const around = { api: urlOf(apiServer), region, accountId, folder, time, ports, closing, options };
  const emulating = startEmulators(around, (fault) => void stop(fault));
  // Where packaging fails first, what is being started is waited for, and then closed.
  closing.add(() => emulating.then(nothing, nothing));
  const [packaged, emulators] = await Promise.all([packageStack(report, signal), emulating]);
  signal?.throwIfAborted();
  const stack = resolveTemplate(packaged.template, {
    region,
    accountId,
    stackName: localStackName,
    queuesUrl: emulators.queues.url,
  });
  const parts = await startParts({ ...around, stack, emulators, bundles: packaged.bundles });
  folder.write('ports.json', {
    api: portOf(apiServer),
    control: portOf(parts.controlServer),
    ...Object.fromEntries(Object.values(emulators).map((emulator) => [emulator.name, emulator.port])),
  } satisfies Ports);
  const former = folder.read<LocalJson>(localJsonFile)?.tenants ?? [];
  const tenants = await demoTenants({
    stack,
    clients: parts.clients,
    endpoints: parts.endpoints,
    region,
    now: time.clock.now,
    former,
  });
  signal?.throwIfAborted();
  const { api } = around;
  const localJson = localJsonOf(stack, { api, region, endpoints: parts.endpoints, tenants });
  parts.consume();
  ready.resolve(parts.gateway);
  folder.write(localJsonFile, localJson);
  return {
    api,
    control: parts.endpoints.apigateway,
    dataDir: folder.path,
    folder,
    clock: time.clock,
    localJson,
    ended: ended.promise,
    stop: () => stop(),
    invoke: parts.lambda.invokeFile,
    killWorker: parts.lambda.kill,
    stopEmulator: (name) => emulators[name].stop('at once'),
    startEmulator: (name) => emulators[name].start(),
  };
}

const nothing = () => undefined;
