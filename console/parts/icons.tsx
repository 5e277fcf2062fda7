/** Icons of the navigation, drawn with the text's colour. */
const shapes = {
  overview: 'M4 11.5 12 5l8 6.5M6.500 10v9h11v-9M10 19v-5h4v5',
  accounts:
    'M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7ZM3 20c0-3.600 2.700-5.500 6-5.500s6 1.900 6 5.500M16 4.500a3.300 3.300 0 0 1 0 6.200M17.500 14.800c2.200.600 3.500 2.400 3.500 5.200',
  traffic: 'M3 15c2.500 0 3-8 5.500-8s3 10 5.500 10 3-6 7-6',
  anomalies: 'M12 4 3.500 19h17L12 4ZM12 10v4.500M12 17v.300',
  signOut: 'M14 5H6v14h8M10 12h11M17.500 8.500 21 12l-3.500 3.500',
} as const;

export function Icon({ name }: { name: keyof typeof shapes }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={shapes[name]} />
    </svg>
  );
}

/** The product's mark. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" />
      <path d="M6 13c3.300 0 3.300 3 6.600 3s3.300-3 6.600-3 3.300 3 6.800 3M6 19.500c3.300 0 3.300 3 6.600 3s3.300-3 6.600-3 3.300 3 6.800 3" />
    </svg>
  );
}
