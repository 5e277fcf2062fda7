/** Runs before anything is drawn: a tab that has kept a key does not show the sign-in that the page comes with. */
if (sessionStorage.getItem('tidegate.key') !== null) document.documentElement.classList.add('kept');
