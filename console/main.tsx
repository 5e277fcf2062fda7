import { hydrate, render } from 'preact';
import { App } from './app.tsx';
import { session } from './session/session.ts';

const root = document.getElementById('console');
if (root) {
  // The page comes with the sign-in; who has signed in already is not to see it.
  if (session.value.state === 'out') hydrate(<App />, root);
  else {
    root.replaceChildren();
    render(<App />, root);
  }
  document.documentElement.classList.remove('kept');
}
