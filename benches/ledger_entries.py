"""A ledger of a city as its counties and departments would hand it over: JSON Lines for `yandu ledger import`.

    python3 benches/ledger_entries.py --entries 100000 --seed 1 > entries.jsonl

The same seed gives the same file. Titles are made of what departments register, so that words are as frequent as in a real
catalogue: few very common ones, many rare ones.
"""

import argparse
import json
import random
import sys

COUNTIES = [
    ("320900", "盐城市"), ("320902", "亭湖区"), ("320903", "盐都区"), ("320904", "大丰区"), ("320921", "响水县"),
    ("320922", "滨海县"), ("320923", "阜宁县"), ("320924", "射阳县"), ("320925", "建湖县"), ("320971", "盐城经济技术开发区"),
    ("320981", "东台市"),
]
DEPARTMENTS = {
    "公安局": ["常住人口", "流动人口", "居民身份证", "机动车", "驾驶人", "旅馆住宿", "出入境证件", "交通违法", "治安警情", "养犬"],
    "民政局": ["最低生活保障对象", "特困人员", "临时救助", "婚姻", "社会组织", "养老机构", "高龄津贴", "孤儿", "地名", "殡葬服务"],
    "人社局": ["养老保险", "失业人员", "就业岗位", "职业技能等级", "劳动合同", "社保卡", "专业技术人才", "农民工工资", "工伤保险", "零工市场"],
    "市场监管局": ["市场主体", "个体工商户", "食品经营许可", "药品经营许可", "特种设备", "行政处罚", "经营异常名录", "计量器具", "商标", "产品质量抽检"],
    "生态环境局": ["排污许可", "危险废物转移", "空气质量", "地表水断面", "污染源监测", "环评审批", "噪声监测", "辐射源", "碳排放", "环境信访"],
    "卫健委": ["医疗机构", "执业医师", "护士", "预防接种", "出生医学证明", "传染病报告", "住院病案", "体检", "献血", "健康档案"],
    "教育局": ["学籍", "教师资格", "中小学校", "幼儿园", "学生资助", "校外培训机构", "招生", "体质健康", "校车", "营养餐"],
    "住建局": ["房屋租赁", "商品房预售", "施工许可", "建筑业企业", "燃气用户", "物业服务企业", "危旧房屋", "公租房", "工程质量监督", "城市照明"],
    "自然资源局": ["不动产", "建设用地", "永久基本农田", "矿产资源", "规划许可", "地质灾害点", "海域使用", "林地", "湿地", "测绘成果"],
    "交通局": ["公交线路", "客运车辆", "普通公路", "桥梁", "内河航道", "船闸", "出租汽车", "货运企业", "驾校", "港口码头"],
    "水利局": ["河湖长", "水闸泵站", "雨水情", "取水许可", "海堤", "小型水库", "灌区", "水土保持", "农村供水", "防汛物资"],
    "农业农村局": ["土地承包经营权", "家庭农场", "渔船", "农产品质量检测", "农机具", "耕地地力补贴", "畜禽养殖场", "种子生产经营", "农药经营", "高标准农田"],
    "应急局": ["应急预案", "危险化学品企业", "避难场所", "安全生产事故", "应急队伍", "灾情", "烟花爆竹", "尾矿库", "值班值守", "隐患排查"],
    "城管局": ["城市管理案件", "生活垃圾收运", "公共厕所", "户外广告", "停车泊位", "建筑垃圾", "环卫车辆", "违法建设", "井盖", "路灯设施"],
    "税务局": ["纳税人", "欠税公告", "纳税信用", "发票", "社保费征缴", "完税证明", "税收优惠", "出口退税", "非税收入", "车辆购置税"],
    "数据局": ["政务信息系统", "数据资源目录", "公共数据授权", "数据共享申请", "网络线路", "云资源", "数据异议", "电子证照", "热线诉求", "政务服务事项"],
}
PARTS = ["登记", "基本信息", "明细", "台账", "审批结果", "变更记录", "年度统计", "检查记录", "公示", "名录", "监测数据", "办理情况"]
SCENES = ["", "", "", "", "重点", "历史", "在册", "涉企", "乡镇", "专项"]
COLUMNS = [
    ("person_no", "人员编号", "C"), ("name", "姓名", "C"), ("id_number", "证件号码", "C"), ("mobile", "联系电话", "C"),
    ("address", "详细地址", "C"), ("uscc", "统一社会信用代码", "C"), ("unit", "单位名称", "C"), ("licence_no", "许可证编号", "C"),
    ("issue_date", "发证日期", "D"), ("valid_to", "有效期至", "D"), ("amount", "金额", "N"), ("area", "面积", "N"),
    ("status", "状态", "C"), ("township", "所属乡镇", "C"), ("longitude", "经度", "N"), ("latitude", "纬度", "N"),
    ("remark", "备注", "M"), ("updated_at", "更新时间", "T"), ("result", "办理结果", "C"), ("operator", "经办人", "C"),
    ("plate", "号牌号码", "C"), ("device_code", "设备编码", "C"), ("level", "等级", "C"), ("quantity", "数量", "N"),
]
GRADES = ["general-1", "general-2", "general-3", "general-4"]
REFRESH = ["daily", "daily", "weekly", "monthly", "monthly", "quarterly", "yearly", "irregular", "real-time"]
METHODS = ["service", "online-query", "download", "system-link"]
SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def organisation_code(number):
    """The eight digits of an organisation with their check sign (GB 11714-1997)."""
    body = f"{number:08d}"
    check = 11 - sum(int(digit) * weight for digit, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2))) % 11
    return body + {10: "X", 11: "0"}.get(check, str(check))


def credit_code(number):
    """A unified social credit code of a government office, with its check sign (GB 32100-2015)."""
    body = f"11320900{organisation_code(number)}"
    total = sum(SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    return body + SIGNS[(31 - total % 31) % 31]


def entry(number, draw):
    county, place = draw.choices(COUNTIES, [4] + [1] * 10)[0]
    office = draw.choice(list(DEPARTMENTS))
    subject = draw.choice(DEPARTMENTS[office])
    title = f"{draw.choice(SCENES)}{subject}{draw.choice(PARTS)}"
    if county != "320900" or draw.random() < 0.3:
        title = f"{place}{title}"
    if draw.random() < 0.4:
        title = f"{title}（{draw.randint(2015, 2026)}年）"
    owner = f"{'市' if county == '320900' else place}{office}"
    kind = draw.choices(["table", "api", "file"], [8, 1, 1])[0]
    sharing = draw.choices(["unconditional", "conditional", "none"], [5, 4, 1])[0]
    opening = draw.choices(["open", "conditional", "closed"], [3, 2, 5])[0]
    columns = draw.sample(COLUMNS, draw.randint(4, 16))
    offices = list(DEPARTMENTS)
    made = {
        "id": f"c{county}.e{number:06d}",
        "code": f"{301 + offices.index(office)}{county}/{number:06d}",
        "title": {"zh": title},
        "about": f"{owner}依职责采集的{subject}数据，{draw.choice(['逐条登记', '按月汇总', '随办随更', '年度更新'])}，用于{draw.choice(['政务服务', '监督检查', '统计分析', '信用评价', '应急处置'])}。",
        "owner": owner,
        "owner_code": credit_code(offices.index(office) * 100 + [code for code, _ in COUNTIES].index(county)),
        "origin": "collect",
        "kind": kind,
        "grade": draw.choice(GRADES),
        "sharing": {
            "class": sharing,
            "method": draw.choice(METHODS),
            "basis": None if sharing == "unconditional" else "政务数据共享条例",
            "condition": "按履职需要申请" if sharing == "conditional" else None,
        },
        "opening": opening,
        "opening_condition": "实名申请" if opening == "conditional" else None,
        "refresh": draw.choice(REFRESH),
        "division": county,
        "theme": draw.choice(["社会保障", "卫生健康", "教育", "交通", "生态环境", "信用", "农业农村", "城乡建设", "安全生产", "自然资源"]),
        "contact": f"0515-8{draw.randint(1000000, 9999999)}",
        "points": sorted(draw.sample(range(1, 26), draw.randint(0, 2))),
        "key": [columns[0][0]],
        "columns": [
            {"name": name, "title": {"zh": chinese}, "type": of, "grade": draw.choice(GRADES)}
            for name, chinese, of in columns
        ],
        "status": draw.choices(["published", "drafted"], [7, 3])[0],
        "facts": {
            "rows": int(draw.lognormvariate(9, 2)),
            "score": round(min(100, max(40, draw.gauss(92, 8))), 1),
            "fresh": draw.random() < 0.8,
            "last_at": f"2026-{draw.randint(1, 11):02d}-{draw.randint(1, 28):02d}T02:00:00Z",
        },
    }
    # Some entries are as departments leave them.
    if draw.random() < 0.15:
        for field in draw.sample(["about", "contact", "owner_code", "theme", "columns"], 2):
            made.pop(field)
        if "columns" not in made:
            made["key"] = []
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    for number in range(options.entries):
        sys.stdout.write(json.dumps(entry(number, draw), ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
