// The tables that an import takes, as files to fill in: headings as the server knows them, and one row as an example.
// What is required bears a star, which the server passes over.

export const SHEETS = ['organisations', 'departments', 'people', 'positions', 'rosters'] as const;
export type Sheet = (typeof SHEETS)[number];

const ROWS: Record<Sheet, [heading: string[], example: string[]]> = {
  organisations: [
    [
      '机构编码*',
      '机构名称*',
      '机构级别*',
      '上级机构编码',
      '统一社会信用代码',
      '医疗机构代码',
      '电话',
      '外部机构',
    ],
    ['XJ01', '新集镇卫生院', '乡镇卫生院', 'QH01', '', '', '0319-5559000', '否'],
  ],
  departments: [
    ['机构编码*', '科室编码*', '科室名称*', '诊疗科目代码'],
    ['XJ01', 'D01', '全科医疗科', '02'],
  ],
  people: [
    [
      '工号*',
      '姓名*',
      '职称',
      '专业',
      '执业证书编号',
      '执业证书起始日期',
      '执业证书有效期至',
      '独立执业日期',
      '工作电话',
      '机构编码',
      '科室编码',
      '岗位',
    ],
    [
      'XJ1001',
      '贾宝林',
      '主治医师',
      '全科',
      '110130500001',
      '2015-07-01',
      '2030-06-30',
      '2012-07-01',
      '0319-5559001',
      'XJ01',
      'D01',
      '乡镇医生',
    ],
  ],
  positions: [
    ['工号*', '机构编码*', '科室编码', '岗位*', '起始日期', '截止日期'],
    ['XJ1001', 'XJ01', 'D01', '家庭医生', '2026-12-01', ''],
  ],
  rosters: [
    ['值班类型*', '机构编码', '科室编码', '工号*', '班次', '开始时间*', '结束时间*'],
    ['科室值班', 'XJ01', 'D01', 'XJ1001', '值班', '2026-12-01 08:00', '2026-12-02 08:00'],
  ],
};

/** CSV with the mark by which spreadsheets know that it is UTF-8. */
export function template(sheet: Sheet): Blob {
  const text = ROWS[sheet].map((row) => row.join(',')).join('\r\n');
  return new Blob([`\uFEFF${text}\r\n`], { type: 'text/csv;charset=utf-8' });
}
