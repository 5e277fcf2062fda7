/** What the demo's tenants configure: T001 serves VPN connections and sells in a shop, T002 is a shop. */
export const demoConfigurations: Record<string, object> = {
  T001: {
    meters: [
      { name: 'bytes', eventType: 'vpn.usage', aggregation: 'sum', field: 'bytes', unit: 'By' },
      { name: 'orders', eventType: 'shop.order', aggregation: 'count', unit: '{order}' },
    ],
    plans: [
      {
        name: 'free',
        default: true,
        limits: [{ meter: 'bytes', perCycle: 50_000_000_000, onReached: 'notify', nearPercent: [80] }],
      },
      { name: 'premium', limits: [] },
    ],
    cycle: { period: 'month', anchorDay: 1 },
    series: [{ name: 'orders', eventType: 'shop.order', aggregation: 'count', interval: 'PT1H' }],
    timeZone: 'UTC',
  },
  T002: {
    meters: [{ name: 'orders', eventType: 'shop.order', aggregation: 'count', unit: '{order}' }],
    plans: [{ name: 'shop', default: true, limits: [] }],
    cycle: { period: 'month', anchorDay: 1 },
    series: [{ name: 'orders', eventType: 'shop.order', aggregation: 'count', interval: 'PT1H' }],
    timeZone: 'Europe/Berlin',
  },
};
