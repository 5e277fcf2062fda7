/** Names as a hostile tenant's devices would choose them: markup, turned directions, great length. */
export const hostileNames = [
  '<img src=x onerror="document.title=\'owned\'">',
  '"><script>document.title="owned"</script>',
  '\u202Etxt.exe\u2066 right to left \u05E9\u05DC\u05D5\u05DD',
  'x'.repeat(128),
  '🧨👩‍👩‍👧‍👦 emoji ‍‍',
  'a/b?c=d#e%2F%',
  '__proto__',
  '{{7*7}}',
  ' spaces   inside ',
];
