//! Who and what the demo alliance consists of: names and numbers only, all invented. Decides nothing.

use crate::access::Role;
use crate::directory::duty::{DutyKind, Rank};
use crate::ids::PatientId;
use crate::patients::{Identity, IdentityKind, PatientInput, Sex};

pub struct Organisation {
    pub key: &'static str,
    pub parent: Option<&'static str>,
    pub name: &'static str,
    pub code: &'static str,
    pub level: &'static str,
    /// Outside the alliance's tree: it takes part by agreement.
    pub external: bool,
    pub phone: &'static str,
    /// Code, name, and the code of the national department list where there is one.
    pub departments: &'static [(&'static str, &'static str, Option<&'static str>)],
}

/// Parents before children.
pub const ORGANISATIONS: &[Organisation] = &[
    Organisation {
        key: "city",
        parent: None,
        name: "邢州市第一医院",
        code: "C001",
        level: "city_hospital",
        external: true,
        phone: "0319-5550101",
        departments: &[
            ("D01", "医学影像科", Some("32")),
            ("D02", "心电诊断科", Some("32.06")),
            ("D03", "神经内科", Some("03.03")),
            ("D04", "心血管内科", Some("03.04")),
        ],
    },
    Organisation {
        key: "county",
        parent: None,
        name: "清河县人民医院",
        code: "H001",
        level: "county_hospital",
        external: false,
        phone: "0319-5550102",
        departments: &[
            ("D01", "急诊科", Some("20")),
            ("D02", "心血管内科", Some("03.04")),
            ("D03", "神经内科", Some("03.03")),
            ("D04", "普外科", Some("04.01")),
            ("D05", "妇产科", Some("05")),
            ("D06", "儿科", Some("07")),
            ("D07", "双向转诊中心", None),
        ],
    },
    Organisation {
        key: "township_liulin",
        parent: Some("county"),
        name: "柳林镇卫生院",
        code: "T001",
        level: "township_centre",
        external: false,
        phone: "0319-5550103",
        departments: &[("D01", "全科", Some("02")), ("D02", "放射科", Some("32.01"))],
    },
    Organisation {
        key: "township_beihe",
        parent: Some("county"),
        name: "北河镇卫生院",
        code: "T002",
        level: "township_centre",
        external: false,
        phone: "0319-5550104",
        departments: &[("D01", "全科", Some("02"))],
    },
    Organisation {
        key: "village_donggou",
        parent: Some("township_liulin"),
        name: "东沟村卫生室",
        code: "V001",
        level: "village_clinic",
        external: false,
        phone: "0319-5550105",
        departments: &[],
    },
    Organisation {
        key: "village_xishan",
        parent: Some("township_liulin"),
        name: "西山村卫生室",
        code: "V002",
        level: "village_clinic",
        external: false,
        phone: "0319-5550106",
        departments: &[],
    },
    Organisation {
        key: "village_nanwan",
        parent: Some("township_beihe"),
        name: "南湾村卫生室",
        code: "V003",
        level: "village_clinic",
        external: false,
        phone: "0319-5550107",
        departments: &[],
    },
    Organisation {
        key: "village_shiqiao",
        parent: Some("township_beihe"),
        name: "石桥村卫生室",
        code: "V004",
        level: "village_clinic",
        external: false,
        phone: "0319-5550108",
        departments: &[],
    },
];

/// (kind, from, to)
pub const AGREEMENTS: &[(&str, &str, &str)] = &[
    ("consult", "village_donggou", "city"),
    ("consult", "village_donggou", "county"),
    ("consult", "village_xishan", "city"),
    ("consult", "village_nanwan", "city"),
    ("consult", "village_shiqiao", "city"),
    ("consult", "township_liulin", "city"),
    ("consult", "township_liulin", "county"),
    ("consult", "township_beihe", "city"),
    ("consult", "county", "city"),
    ("referral", "village_donggou", "county"),
    ("referral", "village_donggou", "township_liulin"),
    ("referral", "village_xishan", "county"),
    ("referral", "village_xishan", "township_liulin"),
    ("referral", "village_nanwan", "county"),
    ("referral", "village_nanwan", "township_beihe"),
    ("referral", "village_shiqiao", "county"),
    ("referral", "village_shiqiao", "township_beihe"),
    ("referral", "township_liulin", "county"),
    ("referral", "township_liulin", "village_donggou"),
    ("referral", "township_liulin", "village_xishan"),
    ("referral", "township_beihe", "county"),
    ("referral", "county", "city"),
    ("referral", "county", "township_liulin"),
    ("referral", "county", "township_beihe"),
    ("referral", "county", "village_donggou"),
    ("referral", "county", "village_xishan"),
    ("referral", "county", "village_nanwan"),
    ("referral", "county", "village_shiqiao"),
    ("referral", "city", "county"),
];

/// The device that may send by DIMSE, whose it is, and its number for the first patient.
pub const AE_TITLE: &str = "CLINIC";
pub const AE_ORGANISATION: &str = "township_liulin";
pub const LOCAL_NUMBER: &str = "LL20260017";

pub struct Person {
    pub login: &'static str,
    pub name: &'static str,
    pub title: Option<&'static str>,
    pub organisation: &'static str,
    pub department: Option<&'static str>,
    pub role: Role,
    pub staff_number: &'static str,
    pub work_phone: &'static str,
    pub specialty: Option<&'static str>,
}

pub const PEOPLE: &[Person] = &[
    Person {
        login: "village",
        name: "周文英",
        title: Some("村医"),
        organisation: "village_donggou",
        department: None,
        role: Role::VillageDoctor,
        staff_number: "QH0001",
        work_phone: "0319-5550201",
        specialty: Some("全科"),
    },
    Person {
        login: "township",
        name: "马建军",
        title: Some("乡镇医生"),
        organisation: "township_liulin",
        department: Some("D01"),
        role: Role::TownshipDoctor,
        staff_number: "QH0002",
        work_phone: "0319-5550202",
        specialty: Some("全科"),
    },
    Person {
        login: "desk",
        name: "孙丽",
        title: Some("转诊专员"),
        organisation: "county",
        department: Some("D07"),
        role: Role::ReferralDesk,
        staff_number: "QH0003",
        work_phone: "0319-5550203",
        specialty: None,
    },
    Person {
        login: "doctor",
        name: "何志刚",
        title: Some("主治医师"),
        organisation: "county",
        department: Some("D02"),
        role: Role::ReceivingDoctor,
        staff_number: "QH0004",
        work_phone: "0319-5550204",
        specialty: Some("冠心病"),
    },
    Person {
        login: "specialist",
        name: "林静",
        title: Some("主任医师"),
        organisation: "city",
        department: Some("D01"),
        role: Role::Specialist,
        staff_number: "QH0005",
        work_phone: "0319-5550205",
        specialty: Some("医学影像诊断"),
    },
    Person {
        login: "specialist2",
        name: "张明远",
        title: Some("副主任医师"),
        organisation: "city",
        department: Some("D02"),
        role: Role::Specialist,
        staff_number: "QH0006",
        work_phone: "0319-5550206",
        specialty: Some("心电诊断"),
    },
    Person {
        login: "coordinator",
        name: "徐敏",
        title: Some("会诊管理员"),
        organisation: "city",
        department: None,
        role: Role::Coordinator,
        staff_number: "QH0007",
        work_phone: "0319-5550207",
        specialty: None,
    },
    Person {
        login: "manager",
        name: "高永康",
        title: Some("医务科长"),
        organisation: "county",
        department: None,
        role: Role::Manager,
        staff_number: "QH0008",
        work_phone: "0319-5550208",
        specialty: None,
    },
    Person {
        login: "admin",
        name: "郭伟",
        title: None,
        organisation: "county",
        department: None,
        role: Role::Administrator,
        staff_number: "QH0009",
        work_phone: "0319-5550209",
        specialty: None,
    },
    Person {
        login: "security",
        name: "罗芳",
        title: None,
        organisation: "county",
        department: None,
        role: Role::SecurityAdministrator,
        staff_number: "QH0010",
        work_phone: "0319-5550210",
        specialty: None,
    },
    Person {
        login: "auditor",
        name: "梁志",
        title: None,
        organisation: "county",
        department: None,
        role: Role::Auditor,
        staff_number: "QH0011",
        work_phone: "0319-5550211",
        specialty: None,
    },
    Person {
        login: "family",
        name: "宋雪梅",
        title: Some("家庭医生"),
        organisation: "village_donggou",
        department: None,
        role: Role::FamilyDoctor,
        staff_number: "QH0012",
        work_phone: "0319-5550212",
        specialty: Some("慢病管理"),
    },
];

pub struct Patient {
    pub name: &'static str,
    pub sex: Sex,
    pub birth_date: &'static str,
    pub resident_id: &'static str,
    pub phone: &'static str,
    pub address: &'static str,
    pub registered_by: &'static str,
}

impl Patient {
    pub fn input(&self, id: PatientId) -> PatientInput {
        PatientInput {
            id,
            name: self.name.to_owned(),
            sex: self.sex,
            birth_date: Some(self.birth_date.to_owned()),
            identity: Identity { kind: IdentityKind::ResidentId, value: Some(self.resident_id.to_owned()) },
            phone: Some(self.phone.to_owned()),
            address: Some(self.address.to_owned()),
        }
    }
}

pub const PATIENTS: &[Patient] = &[
    Patient {
        name: "张小东",
        sex: Sex::Male,
        birth_date: "1968-04-12",
        resident_id: "130534196804122319",
        phone: "13800010001",
        address: "清河县柳林镇东沟村一组 12 号",
        registered_by: "village_donggou",
    },
    Patient {
        name: "王秀英",
        sex: Sex::Female,
        birth_date: "1954-09-03",
        resident_id: "130534195409031623",
        phone: "13800010002",
        address: "清河县柳林镇东沟村三组 5 号",
        registered_by: "village_donggou",
    },
    Patient {
        name: "李建国",
        sex: Sex::Male,
        birth_date: "1947-01-27",
        resident_id: "130534194701273158",
        phone: "13800010003",
        address: "清河县柳林镇东沟村二组 8 号",
        registered_by: "village_donggou",
    },
    Patient {
        name: "诚志强",
        sex: Sex::Male,
        birth_date: "1979-11-30",
        resident_id: "130534197911302176",
        phone: "13800010004",
        address: "清河县柳林镇东沟村四组 2 号",
        registered_by: "village_donggou",
    },
    Patient {
        name: "赵桂兰",
        sex: Sex::Female,
        birth_date: "1962-06-18",
        resident_id: "130534196206184288",
        phone: "13800010005",
        address: "清河县柳林镇中心街 31 号",
        registered_by: "township_liulin",
    },
    Patient {
        name: "刘洋",
        sex: Sex::Male,
        birth_date: "1990-02-14",
        resident_id: "130534199002145192",
        phone: "13800010006",
        address: "清河县柳林镇西街 7 号",
        registered_by: "township_liulin",
    },
    Patient {
        name: "陈晓敏",
        sex: Sex::Female,
        birth_date: "1985-08-25",
        resident_id: "130534198508257242",
        phone: "13800010007",
        address: "清河县柳林镇西山村 19 号",
        registered_by: "village_xishan",
    },
];

/// The system that signs in at `/oauth2/token`: client, name, organisation, the role that its scopes narrow, and its scopes.
pub const SYSTEM: (&str, &str, &str, Role, &str) = (
    "system",
    "清河县人民医院信息系统",
    "county",
    Role::ReceivingDoctor,
    "directory.read patients.read patients.write consults.read referrals.read studies.read studies.write beds.read beds.write",
);

/// Who is on duty around the clock: kind, organisation, department, login, rank.
pub const DUTIES: &[(DutyKind, &str, Option<&str>, &str, Rank)] = &[
    (DutyKind::Department, "county", Some("D07"), "desk", Rank::Duty),
    (DutyKind::Department, "county", Some("D07"), "doctor", Rank::Deputy),
    (DutyKind::Hospital, "county", None, "doctor", Rank::Duty),
    (DutyKind::Hospital, "county", None, "manager", Rank::Deputy),
    (DutyKind::Alliance, "county", None, "manager", Rank::Duty),
    (DutyKind::Department, "city", Some("D01"), "specialist", Rank::Duty),
    (DutyKind::Department, "city", Some("D02"), "specialist2", Rank::Duty),
];

/// The demo's rosters reach so far ahead; later whoever holds the role answers.
pub const DUTY_DAYS: i64 = 60;
