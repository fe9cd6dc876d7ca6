// As much of these two packages as is used; they bring no types along.
declare module "d3-scale" {
  interface Linear {
    (value: number): number;
    ticks(count?: number): number[];
    nice(count?: number): Linear;
  }
  interface Band {
    (value: number): number | undefined;
    bandwidth(): number;
  }
  export function scaleLinear(domain: [number, number], range: [number, number]): Linear;
  export function scaleBand(
    domain: readonly number[],
    range: [number, number],
  ): {
    padding(share: number): Band;
  };
}
declare module "d3-shape" {
  interface Line<Point> {
    (points: readonly Point[]): string | null;
    defined(test: (point: Point) => boolean): Line<Point>;
  }
  export function line<Point>(x: (point: Point) => number, y: (point: Point) => number): Line<Point>;
}
