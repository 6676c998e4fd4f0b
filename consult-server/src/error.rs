//! THE table: refusal code → HTTP status → the sentence a user reads, in both languages.
//! Every refusal of every subject is a line here; a released code keeps its meaning for ever.
//! HTTP renders it as problem+json (`http::problem`), other doors render the same refusal in their own way.

use serde_json::{Map, Value};

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident = $code:literal, $status:literal, $zh:literal, $en:literal;)*) => {
        /// Every way in which a request can be refused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code { $($(#[$meta])* $name,)* }

        impl Code {
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];
            pub fn as_str(self) -> &'static str { match self { $(Code::$name => $code,)* } }
            pub fn status(self) -> u16 { match self { $(Code::$name => $status,)* } }
            pub fn zh(self) -> &'static str { match self { $(Code::$name => $zh,)* } }
            pub fn en(self) -> &'static str { match self { $(Code::$name => $en,)* } }
        }
    };
}

codes! {
    // The request itself.
    RequestNotFound = "request.not-found", 404, "没有找到，或者您无权查看。", "Not found, or not visible to you.";
    RequestMethod = "request.method-not-allowed", 405, "这个地址不支持这种操作。", "This address does not support that method.";
    RequestJson = "request.json-invalid", 400, "请求内容的格式不正确。", "The body of the request is not valid.";
    RequestQuery = "request.query-invalid", 400, "查询参数不正确。", "A query parameter is not valid.";
    RequestTooLarge = "request.too-large", 413, "请求内容过大。", "The body of the request is too large.";
    RequestMediaType = "request.media-type", 415, "请求内容的类型不受支持。", "This content type is not supported.";
    RequestIfMatchMissing = "request.if-match-missing", 428, "缺少版本号（If-Match），无法确认您修改的是最新内容。", "If-Match with the version you read is required.";
    RequestIfMatchInvalid = "request.if-match-invalid", 400, "版本号（If-Match）格式不正确。", "If-Match must be a version as given in ETag.";
    RequestIdTaken = "request.id-taken", 409, "这个编号已经用于另一份内容。", "This id is already used for other content.";
    RequestKeyReused = "request.idempotency-key-reused", 409, "同一个 Idempotency-Key 被用于不同的请求。", "This Idempotency-Key was used for a different request.";
    RequestOrigin = "request.origin-refused", 403, "请求来自不受信任的页面。", "The request comes from a page of another origin.";
    ConflictChanged = "conflict.changed-meanwhile", 412, "内容已被他人修改。您输入的内容没有丢失，请比较后再保存。", "It was changed meanwhile. Nothing you typed is lost: compare, then save again.";

    // The server.
    Internal = "internal", 500, "服务器内部出错，已记录。请稍后再试。", "Something went wrong in the server; it has been logged. Try again later.";
    StoreFull = "store.disk-full", 507, "服务器磁盘已满，内容没有保存。请联系管理员。", "The server's disk is full; nothing was saved. Tell your administrator.";
    StoreBusy = "store.unavailable", 503, "数据库暂时不可用，内容没有保存。请稍后再试。", "The store is not available; nothing was saved. Try again shortly.";
    StoreCollided = "store.collided", 503, "别人正在改同一处，内容没有保存。请再试一次。", "Somebody else is changing the same thing; nothing was saved. Try again.";
    NotReady = "server.not-ready", 503, "服务器正在启动。", "The server is starting.";

    // Who may.
    AccessNotSignedIn = "access.not-signed-in", 401, "请先登录。", "Sign in first.";
    AccessSessionExpired = "access.session-expired", 401, "登录已过期，请重新登录。", "Your session has expired. Sign in again.";
    AccessWrongCredentials = "access.wrong-credentials", 401, "用户名或密码不正确。", "Wrong user name or password.";
    AccessTooMany = "access.too-many-attempts", 429, "尝试次数过多，请稍后再试。", "Too many attempts. Wait a while and try again.";
    AccessPasswordChange = "access.password-change-needed", 403, "请先修改密码，再继续使用。", "Change your password first.";
    AccessSecondFactorNeeded = "access.second-factor-needed", 401, "请完成二次验证。", "A second factor is needed: answer the challenge.";
    AccessChallengeOver = "access.challenge-over", 401, "登录已超时或已用过，请重新输入密码。", "This sign-in took too long or was used already. Begin again with your password.";
    AccessCodeWrong = "access.code-wrong", 401, "验证码不正确或已用过。", "The code is wrong, or was used already.";
    AccessSignInAgain = "access.sign-in-again", 403, "为确认是您本人，请重新登录后再进行这项操作。", "Sign in again first, so that it is surely you.";
    SecondFactorLast = "access.second-factor-last", 409, "您的岗位必须启用二次验证，不能移除最后一种方式。", "Your position needs a second factor: the last one stays.";
    TotpAlready = "access.totp-already", 409, "已有一个验证器，请先移除。", "There is an authenticator already: take it away first.";
    FactorNone = "access.no-factor", 409, "尚未启用二次验证。", "There is no second factor yet.";
    FactorCodeWrong = "access.factor-code-wrong", 422, "验证码不正确。请核对手机时间是否准确。", "The code is wrong. Look whether the telephone's clock is right.";
    FactorChallengeOver = "access.factor-challenge-over", 409, "操作已超时，请重新开始。", "This took too long. Begin again.";
    PasskeyNotHere = "access.passkey-not-here", 409, "通行密钥只能在以域名访问时使用，IP 地址不行。", "Passkeys belong to a name: they do not work where the server is reached by an address.";
    PasskeyRefused = "access.passkey-refused", 422, "通行密钥没有通过验证，请重试。", "The passkey could not be verified. Try again.";
    PasskeysTooMany = "access.passkeys-too-many", 409, "通行密钥数量已达上限，请先移除不用的。", "There are too many passkeys already: take one away first.";
    AccessSecondFactorEnrol = "access.second-factor-enrol", 403, "您的岗位须先启用二次验证，再继续使用。", "Your position needs a second factor: set one up first.";
    PasswordShort = "access.password-too-short", 422, "密码至少 10 个字符，建议 12 个以上。", "A password has at least 10 characters, better 12 or more.";
    PasswordLong = "access.password-too-long", 422, "密码最多 128 个字符。", "A password has at most 128 characters.";
    PasswordKnown = "access.password-known", 422, "这个密码太常见或过于简单，容易被猜到，请换一个。", "This password is too common or too simple to guess. Choose another.";
    PasswordSame = "access.password-unchanged", 422, "新密码不能与原密码相同。", "The new password is the old one.";
    PasswordOldWrong = "access.password-old-wrong", 422, "原密码不正确。", "The present password is wrong.";
    ActivationRefused = "access.activation-refused", 401, "激活码不正确、已使用或已过期。", "The activation code is wrong, was used, or has expired.";
    LoginInvalid = "access.login-invalid", 422, "账号由 3 至 32 位小写字母、数字和 . _ - 组成，以字母或数字开头。", "An account name has 3 to 32 small letters, digits and the marks . _ -, and begins with a letter or digit.";
    LoginTaken = "access.login-taken", 409, "这个账号已被使用，请换一个。激活码仍然有效。", "This account name is taken: choose another. Your code still counts.";
    LoginOther = "access.login-other", 409, "这个激活码用于重设已有账号的密码，请填写通知单上的账号。激活码仍然有效。", "This code is for an account that is there already: write the account name that stands on the slip. Your code still counts.";
    AccessScope = "access.scope-too-small", 403, "这个令牌的授权范围不包括这项操作。", "This is not within the scopes of the token.";
    TokenScopes = "access.token-scopes", 422, "请选择您的岗位可以授予的权限范围。", "Choose scopes that your position can give.";
    TokenDays = "access.token-days", 422, "有效期为 1 至 365 天。", "A token lives for 1 to 365 days.";
    TokenName = "access.token-name", 422, "请填写名称，说明令牌用于哪个程序。", "Say which program the token is for.";
    TokensTooMany = "access.tokens-too-many", 409, "令牌数量已达上限，请先停用不用的。", "There are too many tokens already: end one first.";
    OidcOver = "access.oidc-over", 401, "登录已超时、已用过，或不是在这个浏览器里开始的，请重新登录。", "This sign-in took too long, was used already, or began in another browser. Begin again.";
    OidcRefused = "access.oidc-refused", 401, "统一身份认证没有通过，请重新登录。", "The identity provider did not confirm who you are. Sign in again.";
    OidcUnavailable = "access.oidc-unavailable", 503, "统一身份认证暂时不可用。请稍后再试，或用账号和密码登录。", "The identity provider cannot be reached. Try again later, or sign in with your password.";
    OidcNoAccount = "access.oidc-no-account", 403, "身份已确认，但您在本系统没有可用的账号。请联系本单位的系统管理员。", "It is known who you are, but you have no account here. Ask your organisation's administrator.";
    AccessDemoOnly = "access.demo-account-not-here", 403, "演示账号只能在本机演示环境中使用。", "Demo accounts work only while the demo is served on a loopback address.";
    AccessNoClinicalRole = "access.no-clinical-role", 403, "您的岗位不能查看诊疗内容。", "Your position may not see clinical content.";
    AccessRole = "access.role-not-allowed", 403, "您的岗位不能进行这项操作。", "Your position may not do this.";
    AccessRelationEnded = "access.relation-ended", 403, "贵单位与这位患者的诊疗关系已经结束，不能继续。请先凭证件重新登记患者。", "Your organisation's care of this patient has ended. Register the patient again first, with the identity card.";
    AccessReadOnly = "access.read-only", 403, "您在这里只能查看，不能操作。", "You may look here, but not act.";
    GlassNobody = "break-glass.patient-unknown", 404, "没有找到这位患者。请核对证件号码，或姓名和出生日期。", "No such patient. Check the identity number, or name and birth date.";
    GlassAmbiguous = "break-glass.patient-ambiguous", 409, "有多位患者同名且出生日期相同，请用证件号码查找。", "Several patients share this name and birth date: use the identity number.";
    GlassWho = "break-glass.patient-missing", 422, "请填写身份证号，或姓名和出生日期。", "Give the identity number, or name and birth date.";
    GlassReason = "break-glass.explanation-missing", 422, "请写明紧急情况（至少 10 个字符）。", "Describe the emergency, in at least 10 characters.";
    GlassMinutes = "break-glass.minutes-invalid", 422, "紧急访问最长 180 分钟。", "Emergency access lasts 180 minutes at most.";
    GlassReviewed = "break-glass.reviewed", 409, "这次紧急访问已经核查过了。", "This emergency access was reviewed already.";
    GlassOwn = "break-glass.own-review", 403, "不能核查自己的紧急访问。", "Nobody reviews their own emergency access.";
    AuditNobody = "audit.patient-unknown", 404, "没有登记这个身份证号的患者。", "No patient is registered with this identity number.";
    AuditTooMany = "audit.export-too-large", 422, "符合条件的记录过多，请缩小时间范围后再导出。", "Too many entries fit: narrow the period before exporting.";

    // The directory.
    DirectoryKeyTaken = "directory.key-taken", 409, "这个编号已经被使用。", "This key is in use already.";
    DirectoryInUse = "directory.in-use", 409, "还有在岗人员或下级机构，不能停用。", "People still work here, or organisations stand below it: it cannot end.";
    DirectoryYourself = "directory.yourself", 409, "不能为自己办理离职。", "Nobody marks themselves as having left.";
    DirectoryDepartmentElsewhere = "directory.department-elsewhere", 422, "所选科室不属于该机构。", "The department does not belong to the organisation.";
    DirectorySameOrganisation = "directory.same-organisation", 422, "协议双方不能是同一家机构。", "An agreement needs two organisations.";
    DirectoryAgreementStands = "directory.agreement-stands", 409, "两家机构之间已有同类的有效协议。", "There is an agreement of this kind between the two already.";
    DirectoryDutyConflict = "directory.duty-conflict", 409, "这个时段已经有人值班。", "Somebody is on duty there at that time.";
    DirectoryDutyPersonBusy = "directory.duty-person-busy", 409, "这位人员在这个时段已有值班。", "The person is on duty elsewhere at that time.";
    DirectoryDutyPlace = "directory.duty-place-invalid", 422, "科室值班须选机构和科室，总值班只选机构，联盟值班都不选。", "A department's duty needs organisation and department, a hospital's the organisation only, the alliance's neither.";
    DirectoryDutyTime = "directory.duty-time-invalid", 422, "值班须先开始后结束，一班最长 10 天。", "A duty ends after it begins, and lasts ten days at most.";
    DirectoryDutyOver = "directory.duty-over", 409, "这一班已经结束。", "This duty is over.";
    DirectoryDutyBegun = "directory.duty-begun", 409, "这一班已经开始，不能换班。", "This duty has begun and cannot be swapped.";
    DirectoryDutyUnknown = "directory.duty-unknown", 422, "没有这一班。", "There is no such duty.";
    DirectoryDutyNotThere = "directory.duty-not-there", 422, "这位人员在值班期间不在该机构任职。", "The person does not work there for the whole of the duty.";
    DirectoryRosterElsewhere = "directory.roster-elsewhere", 403, "只能安排本机构及下级机构的值班。", "You plan duties for your own organisation and those below it only.";
    DirectorySwapNotYours = "directory.swap-not-yours", 403, "这一班或这次换班不是您的。", "The duty, or the decision on the swap, is not yours.";
    DirectorySwapWithYourself = "directory.swap-with-yourself", 422, "不能和自己换班。", "A swap needs somebody else.";
    DirectorySwapStands = "directory.swap-stands", 409, "这一班已经提出换班，请先撤回。", "This duty is offered already. Withdraw that first.";
    DirectorySwapDecided = "directory.swap-decided", 409, "这次换班已经有了结果。", "This swap was decided already.";
    DirectoryRoleNotYours = "directory.role-not-yours", 403, "安全管理员和审计员只能在服务器控制台上任命。", "Security administrators and auditors are appointed at the console only.";
    DirectoryOwnPosition = "directory.own-position", 403, "不能给自己授予或变更岗位，请由另一位系统管理员办理。", "Nobody gives or changes a position of their own: another administrator does.";
    DirectoryPowersApart = "directory.powers-apart", 422, "诊疗、系统管理、安全管理和审计岗位不能由同一人兼任；请先结束原来的岗位。", "Care, administration, security and audit are apart: one person holds positions of one of them. End the other position first.";
    DirectoryAtConsole = "directory.at-console-only", 403, "安全管理员和审计员的任职、变更和离职只能在服务器控制台上办理。", "Security administrators and auditors are appointed, changed and released at the console only.";
    DirectoryDutyNobody = "directory.duty-no-such-role", 422, "程序账号、审计员不参加值班，请选择其他人员。", "Programs and auditors are on no roster. Choose somebody else.";
    DirectoryValueMissing = "directory.value-missing", 422, "必填项为空。", "A required value is missing.";
    DirectoryTooLong = "directory.value-too-long", 422, "内容过长。", "The value is too long.";
    DirectoryFormula = "directory.formula", 422, "内容以 = + - @ 开头，会被表格软件当作公式。", "The value begins with = + - or @, which spreadsheets take for a formula.";
    DirectoryCharacters = "directory.characters", 422, "内容含有换行或控制字符。", "The value holds line breaks or control characters.";
    DirectoryCodeInvalid = "directory.code-invalid", 422, "编号只能由字母、数字和 - _ . / 组成，最长 32 位。", "A key has at most 32 letters, digits and the marks - _ . and /.";
    DirectoryEmail = "directory.email-invalid", 422, "电子邮箱格式不正确。", "The e-mail address is not valid.";
    DirectoryPhone = "directory.phone-invalid", 422, "电话号码格式不正确。", "The phone number is not valid.";
    DirectoryDateOrder = "directory.date-order", 422, "截止日期早于起始日期。", "The end lies before the beginning.";
    DirectoryLevelUnknown = "directory.level-unknown", 422, "不认识这个机构级别。", "This level is not known.";
    DirectoryOrganisationUnknown = "directory.organisation-unknown", 422, "没有这家机构。", "There is no such organisation.";
    DirectoryDepartmentUnknown = "directory.department-unknown", 422, "该机构没有这个科室。", "The organisation has no such department.";
    DirectoryPersonUnknown = "directory.person-unknown", 422, "没有这位人员。", "There is no such person.";
    DirectoryCircle = "directory.circle", 422, "上级机构形成了循环。", "The organisation stands above itself.";
    DirectoryEnded = "directory.ended", 422, "该机构或科室已停用，或该人员已离职。", "It has ended, or the person has left.";
    DirectoryUscc = "directory.uscc-invalid", 422, "统一社会信用代码的校验位不正确。", "The unified social credit code does not check.";
    DirectoryInstitutionCode = "directory.institution-code-invalid", 422, "医疗机构代码应为 8 至 22 位字母或数字。", "The code of a medical institution has 8 to 22 letters and digits.";
    DirectoryNationalCode = "directory.national-code-invalid", 422, "诊疗科目代码应为 03.04 这样的形式。", "A code of the national department list looks like 03.04.";
    DirectoryCodeTaken = "directory.code-taken", 422, "这个代码属于另一家机构。", "This code belongs to another organisation.";

    // Imports: refusals of a file, and findings in its rows.
    ImportHasErrors = "import.has-errors", 422, "文件中有错误，没有导入任何内容。请按报告修改后重新导入。", "The file has errors and nothing was taken in. Mend it as the report says, then import it again.";
    ImportForm = "import.form-invalid", 400, "表单中没有文件，或上传不完整。", "The form holds no file, or broke off.";
    ImportFormat = "import.format-unknown", 415, "只能导入 CSV 或 XLSX 文件。旧的 XLS 文件请另存为 XLSX。", "Only CSV and XLSX can be imported. Save an old XLS file as XLSX.";
    ImportEncoding = "import.encoding-unknown", 422, "文件的文字编码不是 UTF-8、UTF-16 或 GB18030。", "The text is neither UTF-8 nor UTF-16 nor GB18030.";
    ImportWorkbook = "import.workbook-invalid", 422, "工作簿已损坏或已加密。", "The workbook is damaged or encrypted.";
    ImportUnpacked = "import.unpacks-too-large", 413, "工作簿解压后过大。", "The workbook unpacks to more than may be taken in.";
    ImportTooManyRows = "import.too-many-rows", 413, "行数超过 20 万，请分成几个文件。", "There are more than 200,000 rows. Split the file.";
    ImportEmpty = "import.empty", 422, "文件是空的。", "The file is empty.";
    ImportSheetUnknown = "import.sheet-unknown", 422, "不认识这个工作表，已跳过。", "This sheet is not known and was skipped.";
    ImportColumnsUnknown = "import.columns-unknown", 422, "从表头看不出这是哪一种表。", "The headings do not tell what the table is about.";
    ImportColumnUnknown = "import.column-unknown", 422, "不认识这一列，已忽略。", "This column is not known and was ignored.";
    ImportColumnMissing = "import.column-missing", 422, "缺少必需的列。", "A required column is missing.";
    ImportColumnTwice = "import.column-twice", 422, "同一列出现了两次。", "The column is there twice.";
    ImportKeyTwice = "import.key-twice", 422, "同一编号在文件中出现了两次。", "The same key stands in the file twice.";
    ImportYesNo = "import.yes-no", 422, "请填写“是”或“否”。", "Write yes or no.";
    ImportDate = "import.date-invalid", 422, "日期不正确，请写成 2026-11-05 这样的形式。", "The date is not valid: write it like 2026-11-05.";
    ImportDutyKind = "import.duty-kind-unknown", 422, "值班类型应为科室值班、总值班或联盟值班。", "The kind of a duty is department, hospital or alliance.";
    ImportDutyRank = "import.duty-rank-unknown", 422, "班次应为值班或副班。", "The rank of a duty is duty or deputy.";
    ImportQuote = "import.quote-open", 422, "文件中有一个引号没有结束，请在它开始的那一行补上或删去。", "A quote begins in the row that is named and does not end: close it or take it out.";
    ImportNoRows = "import.no-rows", 422, "表中没有数据行。", "The table has headings but no rows.";
    ImportNoPosition = "import.no-position", 422, "没有岗位：导入后此人不在任何机构，查不到也不能登录。请填写机构编码和岗位。", "No position: this person would belong to no organisation, be found by nobody and not sign in. Give an organisation and a role.";
    ImportRoleUnknown = "import.role-unknown", 422, "不认识这个岗位。", "This role is not known.";

    // Patients.
    PatientNameMissing = "patient.name-missing", 422, "请填写患者姓名。", "Enter the patient's name.";
    PatientNameTooLong = "patient.name-too-long", 422, "患者姓名过长。", "The patient's name is too long.";
    PatientIdentityMissing = "patient.identity-missing", 422, "请填写证件号码。", "Enter the identity document's number.";
    PatientIdentityLength = "patient.identity-length", 422, "居民身份证号码应为 18 位。", "A resident identity number has 18 characters.";
    PatientIdentityCharacters = "patient.identity-characters", 422, "居民身份证号码前 17 位应为数字，末位为数字或 X。", "A resident identity number is 17 digits and a digit or X.";
    PatientIdentityChecksum = "patient.identity-checksum", 422, "居民身份证号码校验位不正确，请核对是否输错。", "The check digit of the identity number is wrong: look for a typing error.";
    PatientIdentityRegion = "patient.identity-region", 422, "居民身份证号码前六位不是有效的行政区划代码。", "The first six digits are not a region's code.";
    PatientIdentityBirthDate = "patient.identity-birth-date", 422, "出生日期与居民身份证号码不一致。", "The birth date does not agree with the identity number.";
    PatientIdentitySex = "patient.identity-sex", 422, "性别与居民身份证号码不一致。", "The sex does not agree with the identity number.";
    PatientPassport = "patient.passport-invalid", 422, "护照号码应为 5 至 20 位字母或数字。", "A passport number has 5 to 20 letters or digits.";
    PatientBirthDate = "patient.birth-date-invalid", 422, "出生日期不正确。", "The birth date is not valid.";
    PatientPhone = "patient.phone-invalid", 422, "电话号码格式不正确。", "The phone number is not valid.";
    PatientAlreadyRegistered = "patient.already-registered", 409, "这个证件号码已经登记过患者。", "A patient with this identity document is already registered.";
    PatientTooManyTries = "patient.too-many-tries", 429, "以不符的姓名或出生日期登记他人已建档患者的次数过多，请稍后再试。", "Too many registrations of records of others that did not fit. Wait a while and try again.";
    PatientLinkAfterGlass = "patient.link-after-break-glass", 403, "您在 24 小时内对这位患者使用过紧急访问，不能由您本人登记。请由同事凭证件登记。", "You used emergency access to this patient within the last 24 hours: a colleague registers the patient, with the identity card.";

    // Studies and uploads.
    StudyAlreadyMatched = "study.already-matched", 409, "这份检查已经归属另一位患者。", "This study already belongs to another patient.";
    StudyOtherPatient = "study.other-patient", 409, "这份检查不属于该会诊的患者。", "This study does not belong to the consult's patient.";
    UploadTooMuch = "upload.too-much-at-once", 409, "您未完成的上传过多，请先完成或取消其中一些。", "Too much of yours is being uploaded already: finish or give up some of it first.";
    UploadDiskFull = "upload.disk-full", 507, "服务器磁盘已满，文件尚未保存；已上传的部分保留，稍后可继续。", "The server's disk is full: the file is not stored yet. What was sent is kept; try again later.";
    UploadOffset = "upload.offset-conflict", 409, "上传位置与服务器不一致，请从服务器的位置继续。", "The upload does not continue where the server is.";
    UploadBusy = "upload.busy", 423, "这个文件正在由另一个请求处理，请稍后再试。", "Another request is at work on this upload. Try again shortly.";
    UploadTooLarge = "upload.too-large", 413, "文件过大。", "The file is too large.";
    UploadMetadata = "upload.metadata-invalid", 400, "上传请求的信息不完整或不正确。", "The upload's headers are missing or not valid.";
    UploadVersion = "upload.version-unsupported", 412, "不支持这个 tus 协议版本。", "This version of the tus protocol is not supported.";
    UploadInterrupted = "upload.interrupted", 400, "上传中断，已收到的部分保留。", "The upload broke off. What arrived is kept.";

    // Images as such: the codes of the imaging library.
    ImagingNotDicom = "imaging.not-dicom", 422, "这个文件不是 DICOM 影像。", "This file is not DICOM.";
    ImagingTruncated = "imaging.truncated", 422, "影像文件不完整，可能在复制时被截断，请重新导出。", "The file is cut short. Export it again.";
    ImagingUid = "imaging.uid-invalid", 422, "影像文件缺少有效的标识（UID）。", "The file lacks valid identifiers (UIDs).";
    ImagingTooLarge = "imaging.too-large", 413, "影像文件过大。", "The file is larger than may be taken in.";
    ImagingTooDeep = "imaging.too-deep", 422, "影像文件的结构嵌套过深。", "The file's structure is nested too deeply.";
    ImagingDirectory = "imaging.media-directory", 422, "这是光盘目录文件（DICOMDIR），请上传影像文件本身。", "This is a disc's catalog (DICOMDIR). Send the images themselves.";
    ImagingArchive = "imaging.archive-invalid", 422, "压缩包已损坏、已加密或格式不受支持。", "The archive is damaged, encrypted or packed in an unsupported way.";
    ImagingStorageFull = "imaging.storage-full", 507, "服务器磁盘已满，影像没有保存。", "The server's disk is full; the image was not stored.";
    ImagingUnavailable = "imaging.unavailable", 503, "影像存储暂时不可用，请稍后再试。", "The image store is not available. Try again shortly.";
    ImagingNoPicture = "imaging.no-pixel-data", 404, "这份检查没有可显示的图像。", "There is nothing to show in this study.";
    ImagingNoFrame = "imaging.no-such-frame", 404, "没有这一帧图像。", "There is no such frame.";
    ImagingSyntax = "imaging.unsupported-syntax", 406, "暂不支持解码这种影像编码。", "This encoding of pixels cannot be decoded here.";
    ImagingPixels = "imaging.pixel-data-invalid", 409, "影像的像素数据有错误。", "The pixel data contradicts its description.";
    ImagingNoWaveform = "imaging.no-waveform", 404, "这个文件里没有心电波形。", "There is no ECG waveform in this file.";
    ImagingWaveform = "imaging.waveform-invalid", 422, "心电波形数据有错误。", "The waveform contradicts itself.";
    ImagingUncalibrated = "imaging.waveform-uncalibrated", 422, "心电波形没有标定，无法按比例显示。", "The waveform does not say what a sample is worth.";

    // DICOMweb.
    WebNotFound = "dicomweb.not-found", 404, "没有找到，或者您无权查看。", "Not found, or not visible to you.";
    WebQuery = "dicomweb.query-invalid", 400, "查询参数不正确。", "A query parameter is not understood.";
    WebNotAcceptable = "dicomweb.not-acceptable", 406, "无法提供所要求的格式。", "None of the formats asked for can be given.";
    WebMediaType = "dicomweb.unsupported-media-type", 415, "请求内容的类型不受支持。", "The body must be multipart/related; type=\"application/dicom\".";
    WebBody = "dicomweb.body-invalid", 400, "上传的内容不完整或格式不正确。", "The body breaks off or is malformed.";
    WebMethod = "dicomweb.method-not-allowed", 405, "这个地址不支持这种操作。", "This address does not support that method.";

    // Referrals.
    ReferralNoSuchLeg = "referral.no-such-leg", 404, "没有找到这条转诊，或者您无权查看。", "This referral was not found, or is not visible to you.";
    ReferralLegIdTaken = "referral.leg-id-taken", 409, "这个编号已经用于另一条转诊。", "This id is already used for another referral.";
    ReferralCaseClosed = "referral.case-closed", 409, "这次转诊已经整体结案，请新建转诊。", "The whole case is closed. Begin a new referral.";
    ReferralWrongParty = "referral.wrong-party", 403, "这一步应由另一方或另一岗位办理。", "This step belongs to the other side, or to another position.";
    ReferralNotInState = "referral.not-in-state", 409, "转诊现在的状态不能进行这项操作。", "The referral is in a state that does not allow this now.";
    ReferralLegEnded = "referral.leg-ended", 409, "这条转诊已经结束；如需补充，请写补记。", "This referral has ended. You can still add a late note.";
    ReferralAlreadyAccepted = "referral.already-accepted", 409, "已有同事接收了这位患者。", "Somebody has accepted this patient already.";
    ReferralAlreadyAcknowledged = "referral.already-acknowledged", 409, "已经确认过了。", "It was acknowledged already.";
    ReferralAlreadyDeparted = "referral.already-departed", 409, "患者已经出发。", "The patient is on the way already.";
    ReferralNotDeparted = "referral.not-departed", 409, "患者尚未出发，或已经到达。", "The patient has not left yet, or has arrived.";
    ReferralEmergencyNotDeclinable = "referral.emergency-not-declinable", 409, "急诊转诊不能拒收，只能接收或改转其他医院。", "An emergency cannot be declined: accept it, or redirect it to another hospital.";
    ReferralRecordNotOpen = "referral.record-not-open", 409, "没有需要补全的急诊资料。", "There is no emergency record left to complete.";
    ReferralPatientElsewhere = "referral.patient-elsewhere", 409, "患者正在去往另一家机构的途中，或已在那里。", "The patient is at another place, or on the way to one.";
    ReferralDestinationIsSender = "referral.destination-is-sender", 422, "不能转给本机构，请选择另一家机构。", "A referral cannot go back to its own sender. Choose another organisation.";
    ReferralDestinationUnchanged = "referral.destination-unchanged", 422, "改转必须选择第三家机构。", "A redirect needs a third organisation.";
    ReferralTimeInFuture = "referral.time-in-future", 422, "填写的时间还没有到。", "That time lies in the future.";
    ReferralTimeInPast = "referral.time-in-past", 422, "填写的时间已经过去。", "That time has passed.";
    ReferralHoldNotExpired = "referral.hold-not-expired", 409, "床位保留时间还没有到。", "The hold has not run out yet.";
    ReferralTooFewAttempts = "referral.too-few-attempts", 422, "登记爽约前至少要联系患者两次。", "Try to reach the patient at least twice before marking a no-show.";
    ReferralRedirectLoop = "referral.redirect-loop", 422, "这家机构已经转出过这位患者，不能再转回去。", "That organisation has handed this patient on already; a redirect cannot go back to it.";
    ReferralNobodyOwes = "referral.nobody-owes", 409, "这条转诊现在没有待办的步骤，无需催办。", "Nobody owes a step in this referral now.";
    ReferralOwnTurn = "referral.own-turn", 409, "这一步应由本机构办理，不能催办自己。", "The next step is your own organisation's.";
    ReferralUrgedAlready = "referral.urged-already", 409, "您刚刚催办过，十分钟后可以再催。", "You have urged already; you can again after ten minutes.";
    ReferralDestinationClosed = "referral.destination-closed", 422, "这家机构或科室已停用，请选择其他机构。", "That organisation or department has closed. Choose another.";
    ReferralOtherPatient = "referral.other-patient", 409, "填写的患者不是这条转诊的患者，没有保存。", "The patient named is not the one of this referral; nothing was saved.";
    ReferralDateInvalid = "referral.date-invalid", 422, "日期格式不正确，请按 2026-01-31 的格式填写。", "The date is not valid: write it as 2026-01-31.";
    PackageNotExternal = "package.not-external", 409, "只有发往无账号外部机构的转诊才需要资料包。", "A package is made only for a referral to somebody without an account.";
    PackageLetters = "package.too-many-letters", 429, "一小时内用邮件发出的取件通知过多，请稍后再发，或打印取件单。", "Too many letters in an hour. Wait a while, or print the sheet.";
    PackageUnknown = "package.unknown", 404, "取件码不正确、已过期或已作废，请联系转出医生。", "The code is unknown, expired or withdrawn. Call the doctor who sent the patient.";
    PackageOpened = "package.opened-already", 409, "这份资料已经被打开过，取件码只能用一次。如果不是您本人打开的，请立即联系转出医生。", "This has been opened before: a code counts once. If it was not you, call the doctor who sent the patient at once.";
    FollowUpNotYet = "follow_up.not-yet", 409, "患者还没有被接收，暂时不能安排随访。", "Nobody has accepted the patient yet: there is nothing to follow up.";
    FollowUpState = "follow_up.not-in-state", 409, "这项随访现在的状态不能进行这项操作。", "The follow-up is in a state that does not allow this now.";
    FollowUpTask = "follow_up.task-missing", 422, "请写明随访内容（2000 字以内）。", "Say what is to be done, in 2,000 characters at most.";
    FollowUpDay = "follow_up.day-out-of-range", 422, "随访日期不能早于今天，也不能超过一年多以后。", "The day lies in the past, or more than a year ahead.";
    FollowUpOrganisation = "follow_up.organisation-not-allowed", 422, "这家机构不能承担这项随访。", "That organisation cannot owe this follow-up.";
    FollowUpResultMissing = "follow_up.result-missing", 422, "请填写随访结果。", "Say what was found.";
    FollowUpMeasure = "follow_up.measure-invalid", 422, "测量值不合理，请核对。", "That cannot have been measured. Look again.";
    FollowUpAttempts = "follow_up.too-few-attempts", 422, "登记未联系上之前至少要联系患者两次，并写明经过。", "Try to reach the patient at least twice, and say how, before marking them as not reached.";
    ReferralIncoherent = "referral.incoherent-history", 500, "转诊记录的历史不一致，已记录。请联系管理员。", "The history of this referral does not fit together; it has been logged. Tell your administrator.";
    ReferralDestinationMissing = "referral.destination-missing", 422, "请选择转往的机构。", "Choose the organisation to refer to.";
    ReferralComplaintMissing = "referral.complaint-missing", 422, "请填写主诉。", "Enter the complaint.";
    ReferralDiagnosisMissing = "referral.diagnosis-missing", 422, "请填写诊断。", "Enter the diagnosis.";
    ReferralConsentMissing = "referral.consent-missing", 422, "请先取得患者书面同意。", "The patient's written consent is needed.";
    ReferralTextMissing = "referral.text-missing", 422, "请填写内容。", "Write what you want to say.";
    ReferralReasonMissing = "referral.reason-missing", 422, "请说明原因。", "Give the reason.";
    ReferralSuggestionMissing = "referral.suggestion-missing", 422, "请给出建议：患者下一步该怎么办。", "Suggest what the patient should do instead.";
    ReferralNoteMissing = "referral.note-missing", 422, "请写明交接说明。", "Write a hand-off note.";
    ReferralOwnerMissing = "referral.owner-missing", 422, "请指定负责接收的医生。", "Name the person who takes the patient.";
    ReferralLabelMissing = "referral.label-missing", 422, "请写明床位、号源或诊位。", "Say which bed, slot or bay is held.";
    ReferralHoldUntilMissing = "referral.hold-until-missing", 422, "请填写保留到什么时间。", "Say until when it is held.";
    ReferralSignatureMissing = "referral.signature-missing", 422, "请填写交接签名。", "The hand-over needs a signature.";
    ReferralAttemptsMissing = "referral.attempts-missing", 422, "请填写联系患者的记录。", "Enter the attempts to reach the patient.";
    ReferralEncounterMissing = "referral.encounter-number-missing", 422, "请填写就诊号或住院号。", "Enter the encounter number.";
    ReferralCircumstancesMissing = "referral.circumstances-missing", 422, "请写明经过。", "Describe the circumstances.";
    ReferralNextLegMissing = "referral.next-leg-missing", 422, "缺少下一程转诊的编号。", "The id of the next referral is missing.";
    ReferralAtMissing = "referral.at-missing", 422, "请填写时间。", "Enter the time.";
    ReferralEtaMissing = "referral.eta-missing", 422, "请填写预计到达时间。", "Enter the expected time of arrival.";
    ReferralExpectedAtMissing = "referral.expected-at-missing", 422, "请填写预计就诊时间。", "Enter when the patient is expected.";
    ReferralNoAgreement = "referral.no-agreement", 422, "两家机构之间没有有效的转诊协议。", "There is no referral agreement in force between the two organisations.";
    ReferralOwnerNotThere = "referral.owner-not-there", 422, "负责医生不在接收机构任职。", "The person named does not work at the receiving organisation.";
    ReferralOwnerNoAccount = "referral.owner-no-account", 422, "这位医生还没有启用账号，收不到这位患者的通知。请另选医生。", "This doctor has no account yet and would not learn of the patient: name another.";
    ReferralOwnerLicence = "referral.owner-licence-ended", 422, "这位医生登记的执业证书已过期。请另选医生，或请系统管理员更新证书。", "The licence on record for this doctor is over: name another, or have the administrator renew it.";
    ReferralDepartmentMissing = "referral.department-missing", 422, "请选择接收科室。", "Choose the receiving department.";
    ReferralDepartmentNotThere = "referral.department-not-there", 422, "所选科室不属于接收机构。", "The department does not belong to the receiving organisation.";
    ReferralDestinationUnknown = "referral.destination-unknown", 422, "没有这家机构。", "There is no such organisation.";
    ReferralPatientNotOfCase = "referral.patient-not-of-case", 422, "同一次转诊只能是同一位患者。", "A case is about one patient: this is another one.";
    ReferralAlreadyHeld = "referral.already-held", 409, "这个床位或诊位已为另一位患者保留。", "This bed or bay is held for another patient.";

    CallWhomMissing = "referral.call-whom-missing", 422, "请填写接电话的人。", "Say who answered the call.";
    CallTextTooLong = "referral.call-text-too-long", 422, "内容过长。", "The text is too long.";

    // Documents and conversations.
    DocumentTooLarge = "document.too-large", 413, "文件超过 20 MB，没有保存。", "The file is larger than 20 MB; it was not saved.";
    DocumentEmpty = "document.empty", 422, "文件是空的。", "The file is empty.";
    DocumentTooMany = "document.too-many-unsent", 429, "您已上传、尚未随消息发出的文件过多。请先把消息发出去；未发出的文件一天后自动删除。", "Too many files of yours wait for their messages. Send those first; what was not sent is deleted after a day.";
    DocumentKind = "document.kind-not-taken", 415, "不支持这种文件。可发送照片、PDF、文本、录音和短视频。", "This kind of file is not taken. Send photographs, PDF, text, recordings or short videos.";
    DocumentInterrupted = "document.interrupted", 400, "上传中断，文件没有保存，请重试。", "The upload broke off; the file was not saved. Try again.";
    WrittenByAnother = "message.written-by-another", 409, "现在登录的是另一个人，内容没有发送。", "Somebody else is signed in by now; nothing was sent.";
    DocumentUnknown = "document.unknown", 422, "附件不存在，或已经用在别处。", "The attachment does not exist, or is used elsewhere.";
    MessageEmpty = "message.empty", 422, "请先写点什么，或添加附件。", "Write something, or attach something.";
    MessageTooLong = "message.too-long", 422, "消息最多 4000 字。", "A message has 4,000 characters at most.";
    MessageAttachments = "message.too-many-attachments", 422, "一条消息最多 9 个附件。", "A message carries 9 attachments at most.";
    MessageVoice = "message.voice-length", 422, "语音最长 5 分钟。", "A voice message lasts 5 minutes at most.";
    MessageKind = "message.attachment-kind", 422, "附件的内容与类型不符。", "The attachment is not what the message says it is.";
    MessageNotYours = "message.not-yours", 403, "只能撤回自己发送的消息。", "Only your own messages can be withdrawn.";
    MessageTooLate = "message.withdraw-too-late", 409, "已超过 2 分钟，不能撤回。", "After two minutes a message cannot be withdrawn any more.";
    // Where a patient can go: capabilities, coordinates, beds, and the rules of the alliance.
    DirectoryCapabilityUnknown = "directory.capability-unknown", 422, "服务能力目录中没有这一项。", "The catalogue holds no such capability.";
    DirectoryCapabilityStands = "directory.capability-stands", 409, "这项服务能力已登记并在有效期内。", "This capability is on record and still valid.";
    DirectoryCoordinates = "directory.coordinates-invalid", 422, "经纬度不正确：纬度 -90 至 90，经度 -180 至 180，两项都填或都不填。", "Latitude is -90 to 90 and longitude -180 to 180; give both or neither.";
    BedsNumber = "beds.number-invalid", 422, "床位数应为 0 至 10000 的整数。", "A number of beds is a whole number from 0 to 10,000.";
    BedsTooMany = "beds.more-than-open", 422, "占用与空床之和超过开放床位数。", "Occupied and free beds are more than the open ones.";
    BedsDepartment = "beds.department-unknown", 422, "本机构没有这个科室。", "This organisation has no such department.";
    BedsTime = "beds.time-invalid", 422, "数据时间不正确，或还没有到。", "The time of the figure is not valid, or lies in the future.";
    BedsTwice = "beds.department-twice", 422, "同一科室出现了两次。", "The department is there twice.";
    BedsColumns = "beds.columns-missing", 422, "缺少必需的列：科室、开放床位、占用床位。", "Required columns are missing: department, open, occupied.";
    BedsRows = "beds.rows-refused", 422, "数据中有错误，没有更新任何科室。请按报告修改后重试。", "There are errors and no department was updated. Mend them as the report says.";
    SettingsInvalid = "settings.invalid", 422, "规则内容不完整或不正确。", "The rules are incomplete or not valid.";
    SettingsSpan = "settings.span-out-of-range", 422, "时限应在 1 分钟至 30 天之间。", "A time limit is between one minute and thirty days.";
    ReferralExpectedElsewhere = "referral.expected-elsewhere", 409, "这份转诊凭条不是转到本单位的。", "This slip is for another organisation.";
    BoardViewName = "board.view-name-invalid", 422, "请填写视图名称，最长 30 个字。", "A view needs a name of 30 characters at most.";
    BoardViewNameTaken = "board.view-name-taken", 422, "已有同名的视图，请换一个名称。", "There is a view of that name already.";
    BoardViewsTooMany = "board.views-too-many", 422, "保存的视图已达上限，请先删除不用的。", "There are too many views already: remove one first.";

    // Consults.
    ConsultNotInState = "consult.not-in-state", 409, "会诊当前状态不能进行这项操作。", "This is not possible in the consult's present state.";
    ConsultClaimedByOther = "consult.claimed-by-other", 409, "这份会诊已被其他医生接诊。", "Somebody else has already taken this consult.";
    ConsultAlreadySigned = "consult.already-signed", 409, "会诊意见已签署，不能取消。", "The report is signed already: the consult cannot be cancelled.";
    ConsultWrongParty = "consult.wrong-party", 403, "这一步应由另一方完成。", "This step belongs to the other side.";
    ConsultNotAssignee = "consult.not-assignee", 403, "这份会诊由其他医生负责。", "This step belongs to the specialist who has the consult.";
    ConsultLicence = "consult.licence-not-valid", 403, "您的医师执业证书未登记或已过期，不能接诊或签署。", "Your licence is missing or has ended: you can neither take nor sign consults.";
    ConsultPractice = "consult.practice-too-short", 403, "受邀医师须有三年以上独立执业经历。", "An invited doctor needs at least three years of independent practice.";
    ConsultQuestionMissing = "consult.question-missing", 422, "请填写会诊目的和要回答的问题。", "Write the question that the specialist should answer.";
    ConsultSummaryMissing = "consult.summary-missing", 422, "请填写病情摘要。", "Write the case summary.";
    ConsultConsentMissing = "consult.consent-missing", 422, "发送前须有患者的书面知情同意（急危重症可后补）。", "The patient's written consent is needed first; in an emergency it may follow.";
    ConsultNoAgreement = "consult.no-agreement", 422, "贵单位与受邀单位之间没有有效的会诊合作协议。", "There is no agreement on consults between your organisation and the invited one.";
    ConsultInvited = "consult.invited-unknown", 422, "没有找到受邀单位或科室。", "The invited organisation or department is not known.";
    ConsultPatientFixed = "consult.patient-fixed", 422, "会诊的患者不能更换，请另建会诊。", "The patient of a consult cannot be exchanged: begin another consult.";
    ConsultReasonMissing = "consult.reason-missing", 422, "请填写原因。", "Give the reason.";
    ConsultTextMissing = "consult.text-missing", 422, "请填写内容。", "Write something.";
    ConsultTextTooLong = "consult.text-too-long", 422, "内容过长。", "The text is too long.";
    ConsultReportIncomplete = "consult.report-incomplete", 422, "签署前请填写完整：所见、诊断、建议和处置。", "Findings, diagnosis, advice and disposition are needed before a signature.";
    ConsultDiagnosisSystem = "consult.diagnosis-system-missing", 422, "诊断编码须注明编码体系。", "A diagnosis code needs its code system.";

    // Notices and where they go.
    NoticeQuietHours = "notice.quiet-hours-invalid", 422, "免打扰时段的起止时间须为时:分，且不能相同。", "Quiet hours need a beginning and an end as HH:MM that differ.";
    NoticeLanguage = "notice.language-unknown", 422, "不支持这种语言。", "This language is not offered.";
    DeliveryNotOpen = "notice.delivery-not-open", 409, "这条消息已经发出或已不需要发送。", "This was sent already, or is no longer needed.";
    WebhookUrl = "webhook.url-invalid", 422, "请填写 http 或 https 地址，地址中不能带用户名。", "Give an http or https address without a user name in it.";
    WebhookAddress = "webhook.address-not-public", 422, "这个地址在内部网络中，未经配置允许不能调用。", "This address is inside a private network, and the configuration does not allow it.";
    WebhookEvents = "webhook.events-invalid", 422, "请至少选择一种事件，且只能选择列出的事件。", "Choose at least one of the listed kinds of events.";
    WebhookSecret = "webhook.secret-invalid", 422, "签名密钥为空或格式不正确。", "The signing secret is missing or not valid.";
    WebhookTemplate = "webhook.template-missing", 422, "请填写短信或语音模板编号。", "Give the id of the message template.";
    WebhookGatewayTwice = "webhook.gateway-twice", 409, "已有一个启用的短信网关，请先停用它。", "There is an active gateway already: switch that one off first.";
}

/// A refusal: a code, typed extras for the client, and what the log should know (never shown).
#[derive(Debug)]
pub struct Refusal {
    pub code: Code,
    pub extras: Map<String, Value>,
    pub internal: Option<String>,
    /// The id of the patient whom it is about, for the audit trail: never shown, because the caller may not know.
    pub about: Option<Box<str>>,
}

pub type Result<T> = std::result::Result<T, Refusal>;

impl Refusal {
    pub fn new(code: Code) -> Self {
        Self { code, extras: Map::new(), internal: None, about: None }
    }

    /// Adds a member to the problem document; must not carry what the caller may not see.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.extras.insert(key.to_owned(), value.into());
        self
    }

    /// A refusal of one field of a form.
    pub fn field(code: Code, field: &str) -> Self {
        Self::new(code).with("field", field)
    }

    /// Says whom it is about, so that the patient's own log shows what was tried.
    pub fn about(mut self, patient: impl std::fmt::Display) -> Self {
        self.about = Some(patient.to_string().into());
        self
    }

    /// A fault of ours; `cause` goes to the log and must carry no personal data.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self { internal: Some(cause.to_string()), ..Self::new(Code::Internal) }
    }

    /// A refusal of a library by its code; one without a line here is a fault of ours.
    pub fn of_code(code: &str) -> Self {
        match Code::ALL.iter().find(|known| known.as_str() == code) {
            Some(known) => Self::new(*known),
            None => Self::internal(format!("the refusal {code} has no line in the table")),
        }
    }

    pub fn not_found() -> Self {
        Self::new(Code::RequestNotFound)
    }

    /// Somebody changed it meanwhile: the refusal brings what stands now, so that nothing typed is lost.
    pub fn changed(version: i64, current: impl serde::Serialize) -> Self {
        match serde_json::to_value(current) {
            Ok(current) => Self::new(Code::ConflictChanged).with("version", version).with("current", current),
            Err(e) => Self::internal(e),
        }
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_refusals_share_a_code() {
        let codes: BTreeSet<_> = Code::ALL.iter().map(|c| c.as_str()).collect();
        assert_eq!(codes.len(), Code::ALL.len());
    }

    #[test]
    fn every_code_has_a_subject_a_status_and_two_sentences() {
        for code in Code::ALL {
            assert!(code.as_str() == "internal" || code.as_str().contains('.'), "{}", code.as_str());
            assert!((400..600).contains(&code.status()), "{}", code.as_str());
            assert!(code.zh().ends_with('。') && code.en().ends_with('.'), "{}", code.as_str());
        }
    }
}
