import type { Direction, Organisation } from '@/lib/contract';

const HEIGHT: Record<Organisation['level'], number> = {
  village_clinic: 0,
  township_centre: 1,
  county_hospital: 2,
  city_hospital: 3,
};

/** 上转, 下转 or 平转, by the levels of sender and receiver. */
export function directionBetween(from: Organisation['level'], to: Organisation['level']): Direction {
  if (HEIGHT[to] > HEIGHT[from]) return 'up';
  return HEIGHT[to] < HEIGHT[from] ? 'down' : 'lateral';
}
