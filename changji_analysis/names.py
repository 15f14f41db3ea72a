"""Names of areas and publishers in the other language; a name that is not here stays as printed."""

from __future__ import annotations


def _pairs(text: str) -> dict[str, str]:
    """Read ``key:value key:value``, an underscore standing for a space."""
    halves = (pair.replace("_", " ").partition(":") for pair in text.split())
    return {key: value for key, _, value in halves}


_ENGLISH = _pairs(
    "北京:Beijing 天津:Tianjin 河北:Hebei 山西:Shanxi 内蒙古:Inner_Mongolia 辽宁:Liaoning "
    "吉林:Jilin 黑龙江:Heilongjiang 上海:Shanghai 江苏:Jiangsu 浙江:Zhejiang 安徽:Anhui "
    "福建:Fujian 江西:Jiangxi 山东:Shandong 河南:Henan 湖北:Hubei 湖南:Hunan 广东:Guangdong "
    "广西:Guangxi 海南:Hainan 重庆:Chongqing 四川:Sichuan 贵州:Guizhou 云南:Yunnan 西藏:Tibet "
    "陕西:Shaanxi 甘肃:Gansu 青海:Qinghai 宁夏:Ningxia 新疆:Xinjiang 中国:China "
    "广州市:Guangzhou 福州市:Fuzhou 昌吉市:Changji 昌吉州:Changji_Prefecture"
)
_CHINESE = _pairs(
    "Argentina:阿根廷 Australia:澳大利亚 Austria:奥地利 Belarus:白俄罗斯 Belgium:比利时 "
    "Brazil:巴西 Bulgaria:保加利亚 Canada:加拿大 Chile:智利 China:中国 Colombia:哥伦比亚 "
    "Costa_Rica:哥斯达黎加 Croatia:克罗地亚 Cyprus:塞浦路斯 Czechia:捷克 Denmark:丹麦 "
    "Egypt:埃及 Estonia:爱沙尼亚 European_Union:欧盟 Finland:芬兰 France:法国 Germany:德国 "
    "Greece:希腊 Hungary:匈牙利 Iceland:冰岛 India:印度 Indonesia:印度尼西亚 Iran:伊朗 "
    "Ireland:爱尔兰 Israel:以色列 Italy:意大利 Japan:日本 Kazakhstan:哈萨克斯坦 "
    "Kyrgyzstan:吉尔吉斯斯坦 Latvia:拉脱维亚 Lithuania:立陶宛 Luxembourg:卢森堡 "
    "Malaysia:马来西亚 Malta:马耳他 Mexico:墨西哥 Mongolia:蒙古国 Morocco:摩洛哥 "
    "Netherlands:荷兰 New_Zealand:新西兰 North_Macedonia:北马其顿 Norway:挪威 "
    "Pakistan:巴基斯坦 Poland:波兰 Portugal:葡萄牙 Romania:罗马尼亚 Russia:俄罗斯 "
    "Serbia:塞尔维亚 Singapore:新加坡 Slovakia:斯洛伐克 Slovenia:斯洛文尼亚 "
    "South_Africa:南非 South_Korea:韩国 Spain:西班牙 Sweden:瑞典 Switzerland:瑞士 "
    "Tajikistan:塔吉克斯坦 Thailand:泰国 Tunisia:突尼斯 Turkey:土耳其 Ukraine:乌克兰 "
    "United_Kingdom:英国 United_States:美国 Uruguay:乌拉圭 Uzbekistan:乌兹别克斯坦 "
    "Vietnam:越南"
)
_PUBLISHERS = {
    "国家统计局 科学技术部 财政部": (
        "国家统计局、科学技术部、财政部",
        "National Bureau of Statistics and ministries",
    ),
    "国家统计局": ("国家统计局", "National Bureau of Statistics"),
    "科学技术部": ("科学技术部", "Ministry of Science and Technology"),
    "科学技术部火炬中心": ("科技部火炬中心", "Torch Center (MOST)"),
    "中国科学技术协会": ("中国科协", "CAST"),
    "中国科普研究所": ("中国科普研究所", "CRISP"),
    "甘肃省科学技术协会": ("甘肃省科协", "Gansu CAST"),
    "昌吉市人民政府": ("昌吉市人民政府", "Changji City Government"),
    "昌吉回族自治州统计局": ("昌吉州统计局", "Changji Prefecture Bureau of Statistics"),
    "昌吉市统计局": ("昌吉市统计局", "Changji City Bureau of Statistics"),
    "新疆维吾尔自治区政府新闻办": ("自治区政府新闻办", "Xinjiang Government Press Office"),
    "新疆维吾尔自治区人民政府": ("自治区人民政府", "Xinjiang Government"),
    "自治区科技厅": ("自治区科技厅", "Xinjiang Department of Science and Technology"),
    "自治区科技厅（媒体转述）": (
        "自治区科技厅（媒体转述）",
        "Xinjiang Department of Science and Technology, retold by media",
    ),
    "新疆日报": ("新疆日报", "Xinjiang Daily"),
    "新疆维吾尔自治区统计局": ("自治区统计局", "Xinjiang Bureau of Statistics"),
    "国务院新闻办": ("国务院新闻办", "State Council Information Office"),
    "国务院": ("国务院", "State Council"),
    "河南省科技工作会议": ("河南省科技工作会议", "Henan S&T conference"),
    "福建省统计局": ("福建省统计局", "Fujian Bureau of Statistics"),
    "World Bank, from the UNESCO Institute for Statistics": (
        "世界银行（联合国教科文组织统计研究所）",
        "World Bank (UNESCO Institute for Statistics)",
    ),
    "Eurostat": ("欧盟统计局", "Eurostat"),
    "European Council": ("欧洲理事会", "European Council"),
    "新华社": ("新华社", "Xinhua"),
    "地方媒体": ("地方媒体", "local media"),
}


def area_name(area: str, lang: str) -> str:
    """Name of an area in ``zh`` or ``en``."""
    if lang == "en":
        return _ENGLISH.get(area, area)
    return _CHINESE.get(area, area)


def publisher_name(publisher: str, lang: str) -> str:
    """Name of a publisher in ``zh`` or ``en``."""
    zh, en = _PUBLISHERS.get(publisher, (publisher, publisher))
    if lang == "en" and en == publisher and publisher.endswith("人民政府"):
        return next((f"{en} Government" for zh, en in _ENGLISH.items() if zh in publisher), en)
    return zh if lang == "zh" else en
