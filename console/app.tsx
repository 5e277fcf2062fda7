import { Shell } from './parts/shell.tsx';
import { Empty, Page } from './parts/surface.tsx';
import { place } from './routing/location.ts';
import { hashOf, type Place } from './routing/place.ts';
import { session } from './session/session.ts';
import { AccountView } from './views/account.tsx';
import { AccountsView } from './views/accounts.tsx';
import { AnomaliesView } from './views/anomalies.tsx';
import { AnomalyView } from './views/anomaly.tsx';
import { DeviceView } from './views/device.tsx';
import { OverviewView } from './views/overview.tsx';
import { Restoring } from './views/restoring.tsx';
import { SignIn } from './views/sign-in.tsx';
import { TrafficView } from './views/traffic.tsx';

/** The whole console: who is not signed in sees the sign-in, whatever the address; it opens what it says afterwards. */
export function App() {
  if (session.value.state === 'out') return <SignIn />;
  if (session.value.state === 'restoring') return <Restoring />;
  return (
    <Shell>
      <ViewOf place={place.value} />
    </Shell>
  );
}

/** A view of another id is another view: nothing of the former one is left in it. */
function ViewOf({ place: { view, ids, query } }: { place: Place }) {
  const [first = '', second = ''] = ids;
  switch (view) {
    case 'overview':
      return <OverviewView />;
    case 'accounts':
      return <AccountsView query={query} />;
    case 'account':
      return <AccountView key={first} accountId={first} query={query} />;
    case 'device':
      return <DeviceView key={`${first}/${second}`} accountId={first} deviceId={second} query={query} />;
    case 'traffic':
      return <TrafficView series={ids[0]} query={query} />;
    case 'anomalies':
      return <AnomaliesView query={query} />;
    case 'anomaly':
      return <AnomalyView key={first} anomalyId={first} />;
    default:
      return <NotThere />;
  }
}

function NotThere() {
  return (
    <Page name="Not there" title="There is no such page">
      <Empty title="The address leads nowhere.">
        It may be cut off. <a href={hashOf('overview')}>Go to the overview</a>
      </Empty>
    </Page>
  );
}
