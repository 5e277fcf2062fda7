import { useEffect } from 'preact/hooks';
import { ApiFault } from '../api/problem-words.ts';
import { useLoad } from '../loading/use-load.ts';
import { Mark } from '../parts/icons.tsx';
import { FaultNote, Note } from '../parts/surface.tsx';
import { session, signIn, signOut, UselessKey } from '../session/session.ts';

/** The tab has kept a key: asks whose it is. A key that has ended leads to the sign-in; what may pass is tried again. */
export function Restoring() {
  const { value } = session;
  const loaded = useLoad('restoring', async (signal) => {
    try {
      if (value.state === 'restoring') await signIn(value.key, signal);
    } catch (fault) {
      const hasEnded = fault instanceof UselessKey || (fault instanceof ApiFault && endings.has(fault.kind));
      if (hasEnded && !signal.aborted) signOut('revoked');
      throw fault;
    }
  });
  useEffect(() => {
    document.title = 'Signing in · Tidegate';
  }, []);
  return (
    <main class="sign-in">
      <div class="restoring" aria-busy={loaded.isLoading}>
        <h1 class="brand">
          <Mark />
          <span>Tidegate</span>
        </h1>
        {loaded.isSlow && (
          <Note role="status" title="Still waiting for an answer.">
            The connection or the service is slow. It goes on by itself.
          </Note>
        )}
        {loaded.fault !== undefined && !loaded.isLoading && (
          <>
            <FaultNote fault={loaded.fault} retry={loaded.reload} />
            <button type="button" class="button" onClick={() => signOut()}>
              Sign out
            </button>
          </>
        )}
      </div>
    </main>
  );
}

const endings: ReadonlySet<string> = new Set(['unauthorized', 'forbidden']);
