import { useEffect, useRef, useState } from 'preact/hooks';
import { signInWords } from '../api/problem-words.ts';
import { Mark } from '../parts/icons.tsx';
import { Note } from '../parts/surface.tsx';
import { keyShape, shapeWords } from '../session/key-shape.ts';
import { session, signIn, UselessKey } from '../session/session.ts';

const slowMs = 3_000;

interface Words {
  title: string;
  advice: string;
}

const useless: Record<UselessKey['reason'], Words> = {
  'ingest-only': {
    title: 'This key may only send events.',
    advice: 'It is in force, but it may not read. Sign in with a key that has the scope read or manage.',
  },
  'no-tenant': {
    title: 'This key belongs to no tenant.',
    advice: 'The console shows the data of one tenant. Ask whoever gave you the key for one of yours.',
  },
};

const ended: Words = {
  title: 'You were signed out.',
  advice: 'Your key was revoked or has ended. Sign in with one that is in force.',
};

/** Its markup stands in index.html too, so that it is seen before any script has run; a test holds them together. */
export function SignIn() {
  const { value } = session;
  // The page comes with this form: what was typed before the script had run stays.
  const [key, setKey] = useState(() => document.querySelector<HTMLInputElement>('#key')?.value ?? '');
  const [isShown, setShown] = useState(false);
  const [words, setWords] = useState<Words | undefined>(
    value.state === 'out' && value.ended ? ended : undefined,
  );
  const [state, setState] = useState<'idle' | 'asking' | 'slow'>('idle');
  const input = useRef<HTMLInputElement>(null);

  const enter = async (credential: string) => {
    setWords(undefined);
    setState('asking');
    const slow = setTimeout(() => setState('slow'), slowMs);
    try {
      await signIn(credential);
    } catch (fault) {
      const shape = keyShape(credential);
      const named = shape.is === 'key' ? shape : undefined;
      setWords(fault instanceof UselessKey ? useless[fault.reason] : signInWords(fault, named));
      setState('idle');
      input.current?.focus();
    } finally {
      clearTimeout(slow);
    }
  };

  useEffect(() => {
    document.title = 'Sign in · Tidegate';
    input.current?.focus();
  }, []);

  const submit = (event: Event) => {
    event.preventDefault();
    const credential = key.trim();
    const words =
      credential === ''
        ? { title: 'There is no key yet.', advice: 'Paste your key, then sign in.' }
        : shapeWords(keyShape(credential));
    if (words) setWords(words);
    else void enter(credential);
    input.current?.focus();
  };

  return (
    <main class="sign-in">
      <div class="sign-in-card">
        <div class="brand brand-large">
          <Mark />
          <span>Tidegate</span>
        </div>
        <h1>Sign in</h1>
        <p class="lead">See usage, limits and anomalies of your tenant.</p>
        <form onSubmit={submit} noValidate>
          <label class="field-label" for="key">
            API key
          </label>
          <div class="key-row">
            <input
              id="key"
              ref={input}
              class="input"
              type={(isShown ? 'text' : 'password') as 'password'}
              value={key}
              onInput={(event) => setKey(event.currentTarget.value)}
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              placeholder="tg_…"
              aria-describedby="key-hint"
              aria-invalid={words !== undefined}
            />
            <button type="button" class="button" aria-pressed={isShown} onClick={() => setShown(!isShown)}>
              {isShown ? 'Hide' : 'Show'}
              <span class="unseen"> the key</span>
            </button>
          </div>
          <p class="hint" id="key-hint">
            A key with the scope read, or manage to change settings. This tab keeps it until it is closed.
          </p>
          <div aria-live="polite">
            {words && (
              <Note tone="bad" role="alert" title={words.title}>
                {words.advice}
              </Note>
            )}
            {state === 'slow' && (
              <Note tone="info" role="status" title="Still waiting for an answer.">
                The connection or the service is slow. It goes on by itself.
              </Note>
            )}
          </div>
          <button type="submit" class="button button-main button-wide" disabled={state !== 'idle'}>
            {state === 'idle' ? 'Sign in' : 'Signing in …'}
          </button>
        </form>
      </div>
    </main>
  );
}
