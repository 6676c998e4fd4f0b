import { describe, expect, it } from 'vitest';
import { type DicomJson, edgesOf, seriesFacts } from './dicom-json';

function instance(number: number | null, more: DicomJson = {}): DicomJson {
  return {
    '00080018': { vr: 'UI', Value: [`1.2.${number ?? 99}`] },
    '00080060': { vr: 'CS', Value: ['CT'] },
    '00280010': { vr: 'US', Value: [512] },
    ...(number === null ? {} : { '00200013': { vr: 'IS', Value: [number] } }),
    ...more,
  };
}

describe('the metadata of a series', () => {
  it('orders slices by the number of the scanner', () => {
    const facts = seriesFacts([instance(10), instance(2), instance(null), instance(1)]);
    expect(facts?.slices.map((slice) => slice.instanceUid)).toEqual(['1.2.1', '1.2.2', '1.2.10', '1.2.99']);
  });

  it('gives a multi-frame instance one slice for each frame', () => {
    const facts = seriesFacts([instance(1, { '00280008': { vr: 'IS', Value: ['3'] } })]);
    expect(facts?.slices.map((slice) => slice.frame)).toEqual([1, 2, 3]);
  });

  it('is nothing to look at without pixels', () => {
    expect(seriesFacts([{ '00080060': { vr: 'CS', Value: ['SR'] } }])).toBeNull();
  });

  it('shows the name in ideographs where there is one', () => {
    const name = { vr: 'PN', Value: [{ Alphabetic: 'Wang^XiuYing', Ideographic: '王^秀英' }] };
    expect(seriesFacts([instance(1, { '00100010': name })])?.patient.name).toBe('王 秀英');
  });

  it('has no millimeters without spacing, and takes those at the detector when there are no others', () => {
    expect(seriesFacts([instance(1)])?.spacing).toBeNull();
    const detector = { '00181164': { vr: 'DS', Value: [0.143, 0.143] } };
    expect(seriesFacts([instance(1, detector)])?.spacing).toEqual([0.143, 0.143]);
  });
});

describe('the letters at the edges', () => {
  it('put the right of a patient lying on the back at the left of an axial picture', () => {
    expect(edgesOf([1, 0, 0, 0, 1, 0])).toEqual({ left: 'R', right: 'L', top: 'A', bottom: 'P' });
  });

  it('name both directions of an oblique plane, the stronger first', () => {
    expect(edgesOf([0.9, 0.43, 0, 0, 0, -1])).toEqual({ left: 'RA', right: 'LP', top: 'H', bottom: 'F' });
  });

  it('are left out when the plane is not known', () => {
    expect(edgesOf([])).toBeNull();
  });
});
