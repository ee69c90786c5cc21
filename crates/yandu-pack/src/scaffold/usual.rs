//! Headers that departments usually write, with the names that packs give them.

use yandu_words::{Standard, fold_header};

/// What a usual header stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usual {
    pub name: &'static str,
    /// The title in English.
    pub en: &'static str,
    /// The standard that such a column has when its values fit.
    pub standard: Option<Standard>,
}

/// What a header stands for, when it is a usual one; case, spaces and full-width signs do not matter.
pub fn usual(header: &str) -> Option<Usual> {
    let folded = fold_header(header);
    let bare = folded.split(['(', '[', '【']).next().unwrap_or(&folded);
    USUAL
        .iter()
        .find(|(headers, ..)| headers.split(' ').any(|known| known == bare))
        .map(|(_, name, en, standard)| Usual {
            name,
            en,
            standard: *standard,
        })
}

type Row = (&'static str, &'static str, &'static str, Option<Standard>);

/// Headers separated by spaces, the name, the English title, the standard.
const USUAL: &[Row] = &[
    ("序号 编号序号", "serial_number", "Serial number", None),
    (
        "证件号码 身份证号 身份证号码 公民身份号码 居民身份证号 证件号 身份证 sfzh zjhm gmsfhm",
        "resident_id",
        "Resident number",
        Some(Standard::ResidentId),
    ),
    (
        "证件类型 证件种类 zjlx",
        "document_type",
        "Kind of document",
        None,
    ),
    ("姓名 人员姓名 xm", "name", "Name", Some(Standard::Name)),
    ("性别 xb", "sex", "Sex", None),
    ("民族 mz", "ethnicity", "Ethnicity", None),
    (
        "出生日期 出生年月日 csrq",
        "birth_date",
        "Birth date",
        Some(Standard::Date),
    ),
    ("年龄", "age", "Age", None),
    ("婚姻状况", "marital", "Marital state", None),
    ("文化程度 学历 xl", "education", "Education", None),
    ("政治面貌", "political_status", "Political status", None),
    ("国籍", "nationality", "Nationality", None),
    ("职业", "occupation", "Occupation", None),
    (
        "户号 户编号",
        "household_id",
        "Household",
        Some(Standard::Id),
    ),
    (
        "家庭编号 jtbh",
        "household_id",
        "Household",
        Some(Standard::Id),
    ),
    (
        "户主姓名 户主",
        "head_name",
        "Name of the head",
        Some(Standard::Name),
    ),
    (
        "户主证件号 户主身份证号 户主身份证号码 户主证件号码",
        "head_id",
        "Resident number of the head",
        Some(Standard::ResidentId),
    ),
    (
        "与户主关系 户主关系",
        "relation",
        "Relation to the head",
        None,
    ),
    ("家庭人口 家庭人数 人口数 人数", "members", "Members", None),
    (
        "手机 手机号 手机号码 移动电话 sjhm",
        "mobile",
        "Mobile",
        Some(Standard::Mobile),
    ),
    (
        "联系电话 联系方式 电话 电话号码 lxdh",
        "phone",
        "Telephone",
        None,
    ),
    (
        "固定电话 座机",
        "landline",
        "Landline",
        Some(Standard::Landline),
    ),
    (
        "邮箱 电子邮箱 电子邮件 email",
        "email",
        "Email",
        Some(Standard::Email),
    ),
    (
        "地址 住址 详细地址 家庭住址 现住址 居住地址 联系地址 dz",
        "address",
        "Address",
        Some(Standard::Address),
    ),
    (
        "户籍地址 户籍地 户籍所在地",
        "registered_address",
        "Registered address",
        Some(Standard::Address),
    ),
    ("邮编 邮政编码", "postcode", "Postcode", None),
    (
        "行政区划 行政区划代码 区划代码 区划 所属区划 xzqh xzqhdm",
        "division",
        "Division",
        Some(Standard::Division),
    ),
    ("县区 区县 县(市、区) 县市区", "county", "County", None),
    ("乡镇 镇街 街道 乡镇街道", "township", "Township", None),
    ("村居 社区 村 村(社区)", "village", "Village", None),
    (
        "户籍地区划",
        "township",
        "Township",
        Some(Standard::Division),
    ),
    (
        "统一社会信用代码 社会信用代码 信用代码 tyshxydm uscc",
        "uscc",
        "Unified social credit code",
        Some(Standard::Uscc),
    ),
    (
        "组织机构代码 zzjgdm",
        "organisation_code",
        "Organisation code",
        Some(Standard::OrganisationCode),
    ),
    (
        "工商注册号 注册号",
        "registration_number",
        "Registration number",
        Some(Standard::Id),
    ),
    (
        "企业名称 单位名称 公司名称 法人名称 机构名称 市场主体名称 qymc dwmc",
        "company_name",
        "Name of the company",
        None,
    ),
    (
        "法定代表人 法人 法人代表 法定代表人姓名 fddbr",
        "legal_representative",
        "Legal representative",
        Some(Standard::Name),
    ),
    (
        "企业类型 主体类型 市场主体类型",
        "company_type",
        "Type of company",
        None,
    ),
    (
        "行业 所属行业 行业类别 行业代码 国民经济行业代码",
        "trade",
        "Trade",
        None,
    ),
    (
        "注册资本 注册资金",
        "registered_capital",
        "Registered capital",
        None,
    ),
    ("实缴资本", "paid_capital", "Paid-in capital", None),
    (
        "成立日期 注册日期",
        "founded_on",
        "Founded on",
        Some(Standard::Date),
    ),
    (
        "核准日期 发照日期",
        "approved_on",
        "Approved on",
        Some(Standard::Date),
    ),
    ("注销日期", "closed_on", "Closed on", Some(Standard::Date)),
    ("经营范围", "business_scope", "Scope of business", None),
    ("经营状态 登记状态 状态", "status", "Status", None),
    (
        "登记机关",
        "registration_authority",
        "Registration authority",
        None,
    ),
    (
        "住所 经营场所 注册地址",
        "registered_office",
        "Registered office",
        Some(Standard::Address),
    ),
    ("从业人数 职工人数 员工人数", "employees", "Employees", None),
    (
        "营业收入 主营业务收入",
        "revenue",
        "Revenue",
        Some(Standard::Money),
    ),
    ("利润总额", "profit", "Profit", Some(Standard::Money)),
    ("纳税总额", "tax", "Tax", Some(Standard::Money)),
    ("年度 年份 所属年度", "fiscal_year", "Year", None),
    ("月份 所属月份", "month", "Month", None),
    ("日期", "day", "Day", Some(Standard::Date)),
    (
        "登记时间",
        "registered_at",
        "Registered at",
        Some(Standard::Timestamp),
    ),
    (
        "登记日期",
        "registered_on",
        "Registered on",
        Some(Standard::Date),
    ),
    (
        "创建时间",
        "created_at",
        "Created at",
        Some(Standard::Timestamp),
    ),
    (
        "更新时间 修改时间 最后更新时间",
        "updated_at",
        "Updated at",
        Some(Standard::Timestamp),
    ),
    (
        "采集时间 监测时间 观测时间",
        "observed_at",
        "Observed at",
        Some(Standard::Timestamp),
    ),
    (
        "开始日期 起始日期 生效日期",
        "starts_on",
        "Starts on",
        Some(Standard::Date),
    ),
    (
        "结束日期 截止日期 终止日期 失效日期",
        "ends_on",
        "Ends on",
        Some(Standard::Date),
    ),
    (
        "开始时间",
        "started_at",
        "Started at",
        Some(Standard::Timestamp),
    ),
    (
        "结束时间",
        "ended_at",
        "Ended at",
        Some(Standard::Timestamp),
    ),
    ("参保日期", "insured_on", "Insured on", Some(Standard::Date)),
    ("参保状态", "insurance_status", "State of insurance", None),
    (
        "参保险种 险种 险种类型",
        "insurance_kind",
        "Kind of insurance",
        None,
    ),
    (
        "缴费基数",
        "contribution_base",
        "Base of contribution",
        Some(Standard::Money),
    ),
    ("工作单位 单位", "employer_name", "Employer", None),
    (
        "工作单位代码 单位代码",
        "employer",
        "Employer",
        Some(Standard::Uscc),
    ),
    ("月收入", "income", "Monthly income", Some(Standard::Money)),
    (
        "月人均收入 人均月收入",
        "income_per_head",
        "Income per head",
        Some(Standard::Money),
    ),
    (
        "银行账号 银行卡号 账号 开户账号",
        "bank_account",
        "Bank account",
        Some(Standard::BankCard),
    ),
    ("开户行 开户银行", "bank", "Bank", None),
    ("金额 总金额", "amount", "Amount", Some(Standard::Money)),
    (
        "单价",
        "unit_price",
        "Price per unit",
        Some(Standard::Money),
    ),
    ("数量", "quantity", "Quantity", None),
    ("单位(计量) 计量单位", "unit", "Unit", None),
    ("面积 建筑面积", "area", "Area", None),
    (
        "不动产单元号",
        "property_unit",
        "Property unit",
        Some(Standard::Id),
    ),
    (
        "不动产权证号 产权证号 房产证号",
        "title_number",
        "Number of the title deed",
        Some(Standard::Id),
    ),
    (
        "权利人 产权人 所有权人",
        "holder_name",
        "Holder",
        Some(Standard::Name),
    ),
    (
        "权利人证件号 权利人证件号码",
        "holder_id",
        "Resident number of the holder",
        None,
    ),
    ("房屋用途 用途", "purpose", "Purpose", None),
    ("楼层", "floor", "Floor", None),
    (
        "车牌号 车牌号码 号牌号码 车牌",
        "plate",
        "Plate",
        Some(Standard::Plate),
    ),
    ("车型 车辆类型", "vehicle_type", "Type of vehicle", None),
    ("经度 lng lon", "longitude", "Longitude", None),
    ("纬度 lat", "latitude", "Latitude", None),
    (
        "站点编号 站点代码 监测点编号",
        "station_id",
        "Station",
        Some(Standard::Id),
    ),
    (
        "站点名称 监测点名称",
        "station_name",
        "Name of the station",
        None,
    ),
    (
        "项目编号 项目代码",
        "project_id",
        "Project",
        Some(Standard::Id),
    ),
    ("项目名称 xmmc", "project_name", "Name of the project", None),
    (
        "办件编号 业务编号 申请编号 受理编号",
        "case_number",
        "Number of the case",
        Some(Standard::Id),
    ),
    ("事项名称", "matter_name", "Matter", None),
    (
        "部门 主管部门 所属部门 归口部门",
        "department",
        "Department",
        None,
    ),
    ("学校 学校名称", "school", "School", None),
    ("班级", "school_class", "Class", None),
    ("医院 医疗机构 医疗机构名称", "hospital", "Hospital", None),
    ("诊断 疾病诊断", "diagnosis", "Diagnosis", None),
    ("名称", "name", "Name", None),
    ("编号 代码", "code", "Code", Some(Standard::Id)),
    ("类别 类型 种类", "kind", "Kind", None),
    ("等级 级别", "level", "Level", None),
    ("备注 说明 bz", "remark", "Remark", None),
    ("ip ip地址", "ip", "IP address", Some(Standard::Ip)),
];
